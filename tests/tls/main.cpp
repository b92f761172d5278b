// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE tls
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "tests/fixtures/certificates.hpp"

namespace {

/// The system trusts one authority, whatever there is on this machine.
struct system_authorities {
  kdb::fixtures::scratch_folder folder;
  system_authorities() {
    const auto file = folder.write("system.crt", kdb::fixtures::make_authority("the system's").certificate);
    ::setenv("SSL_CERT_FILE", file.c_str(), 1);
  }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(system_authorities);
