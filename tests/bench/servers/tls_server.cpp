// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/tls_server.hpp"

#include <cstdio>
#include <fstream>

#include "tests/fixtures/certificates.hpp"
#include "tests/fixtures/tls_front.hpp"

namespace kdb::bench {

int run_tls_server(const std::string& target, const std::string& ca_file) {
  const auto authority = fixtures::make_authority();
  const auto own = fixtures::make_certificate(authority);
  std::ofstream{ca_file} << authority.certificate;
  const auto port = static_cast<std::uint16_t>(std::stoul(target.substr(target.rfind(':') + 1)));
  const fixtures::tls_front front{port, {.certificates = own.certificate, .key = own.key}};
  std::printf("127.0.0.1:%u\n", front.port());
  std::fflush(stdout);
  while (std::getchar() != EOF)
    ;
  return 0;
}

} // namespace kdb::bench
