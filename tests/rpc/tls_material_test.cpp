// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "libkdb/rpc/grpc_transport.hpp"
#include "libkdb/rpc/tls_material.hpp"
#include "tests/fixtures/certificates.hpp"

using namespace kdb;
using fixtures::make_authority;
using fixtures::make_certificate;

namespace {

struct files : fixtures::scratch_folder {
  fixtures::identity authority = make_authority();
  fixtures::identity user = make_certificate(authority);
};

/// Refused in the same way when the client starts and when it connects. Throws if it is not.
error refusal(const tls_settings& how) {
  const auto at_start = rpc::check_tls_files(how);
  const auto later = rpc::read_tls_material(how);
  BOOST_REQUIRE(!at_start.has_value());
  BOOST_REQUIRE(!later.has_value());
  BOOST_TEST(at_start.error().message == later.error().message);
  BOOST_TEST((later.error().code == errc::tls_failed));
  BOOST_REQUIRE(later.error().get<tls_failure>());
  BOOST_TEST((later.error().get<tls_failure>()->problem == tls_problem::bad_file));
  BOOST_TEST(!later.error().retry_can_help);
  return later.error();
}

void says(const error& why, std::string_view words) {
  BOOST_TEST(why.message.find(words) != std::string::npos, why.message);
}

std::string encrypted(const std::string& key) {
  BIO* in = BIO_new_mem_buf(key.data(), static_cast<int>(key.size()));
  EVP_PKEY* parsed = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  char passphrase[] = "open sesame";
  PEM_write_bio_PrivateKey(out, parsed, EVP_aes_128_cbc(), nullptr, 0, nullptr, passphrase);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out, &bytes);
  std::string text{bytes, static_cast<std::size_t>(size)};
  BIO_free(out);
  EVP_PKEY_free(parsed);
  BIO_free(in);
  return text;
}

/// The system's certificates are those in that file, as long as this lives.
struct system_file {
  explicit system_file(const std::string& path) { ::setenv("SSL_CERT_FILE", path.c_str(), 1); }
  ~system_file() { ::unsetenv("SSL_CERT_FILE"); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(tls_material)

BOOST_AUTO_TEST_CASE(files_and_texts_are_taken) {
  const files f;
  const tls_settings in_files{.ca_file = f.write("ca", f.authority.certificate),
                              .user_certificate_file = f.write("crt", f.user.certificate),
                              .user_key_file = f.write("key", f.user.key)};
  const tls_settings as_texts{
    .ca_pem = f.authority.certificate, .user_certificate_pem = f.user.certificate, .user_key_pem = f.user.key};
  for (const auto& each : {in_files, as_texts}) {
    BOOST_TEST(rpc::check_tls_files(each).has_value());
    const auto read = rpc::read_tls_material(each);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->roots == f.authority.certificate);
    BOOST_TEST(read->certificate == f.user.certificate);
    BOOST_TEST(read->key == f.user.key);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_used_is_named_with_what_is_wrong_and_what_to_do) {
  const files f;
  const auto missing = refusal({.ca_file = f.path("nowhere.crt")});
  says(missing, "tlsCaFile '" + f.path("nowhere.crt") + "' can't be read: No such file or directory; give the certificates");
  BOOST_TEST(missing.get<tls_failure>()->file == f.path("nowhere.crt"));
  says(refusal({.ca_file = f.path("")}), "it is a folder");
  says(refusal({.ca_file = f.write("empty", "")}), "is empty");
  says(refusal({.ca_file = f.write("key", f.authority.key)}), "holds a private key, and no certificate");
  says(refusal({.ca_file = f.write("text", "hello\n")}), "holds no certificate in PEM form");
  says(refusal({.ca_file = f.write("der", "\x30\x82\x01\x01")}), "openssl x509 -inform der");
  auto damaged = f.authority.certificate;
  damaged.erase(100, 7);
  says(refusal({.ca_file = f.write("damaged", f.user.certificate + damaged)}), "is damaged: certificate 2 in it can't be read");
  says(refusal({.ca_pem = "nonsense"}), "tls.ca_pem, given as text, holds no certificate");
}

BOOST_AUTO_TEST_CASE(a_file_without_the_right_to_read_it_is_named) {
  if (::geteuid() == 0)
    return; // Who may read everything can't see it.
  const files f;
  const auto file = f.write("ca", f.authority.certificate);
  ::chmod(file.c_str(), 0);
  says(refusal({.ca_file = file}), "Permission denied");
}

BOOST_AUTO_TEST_CASE(the_users_certificate_and_key_must_belong_together) {
  const files f;
  const auto ca = f.write("ca", f.authority.certificate);
  const auto certificate = f.write("crt", f.user.certificate);
  const auto with_key = [&](const std::string& text) {
    return tls_settings{.ca_file = ca, .user_certificate_file = certificate, .user_key_file = f.write("key", text)};
  };
  says(refusal(with_key(make_certificate(f.authority).key)), "does not belong to userCertFile '" + certificate + "'");
  says(refusal(with_key(f.user.certificate)), "userKeyFile '" + f.path("key") + "' holds no private key");
  says(refusal(with_key(encrypted(f.user.key))), "is encrypted");
  const auto swapped =
    refusal({.ca_file = ca, .user_certificate_file = f.write("key", f.user.key), .user_key_file = certificate});
  says(swapped, "userCertFile '" + f.path("key") + "' holds a private key");
  BOOST_TEST(swapped.message.find(f.user.key.substr(30, 20)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_broken_in_the_systems_file_is_left_out_and_the_rest_is_trusted) {
  const files f;
  auto damaged = f.authority.certificate;
  damaged.erase(100, 7);
  const system_file chosen{f.write("bundle", "# authorities\n" + f.user.certificate + damaged + f.authority.certificate)};
  const auto read = rpc::read_tls_material({});
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->roots == f.user.certificate + f.authority.certificate);
}

BOOST_AUTO_TEST_CASE(a_system_without_authorities_lets_the_client_start_and_is_told_when_it_connects) {
  const files f;
  const system_file chosen{f.path("nowhere")};
  BOOST_TEST(rpc::check_tls_files({}).has_value());
  const auto read = rpc::read_tls_material({});
  BOOST_REQUIRE(!read.has_value());
  says(read.error(), "(looked for " + f.path("nowhere") + "); install them");
  f.write("nowhere", f.authority.certificate);
  BOOST_TEST(rpc::read_tls_material({}).has_value());
}

BOOST_AUTO_TEST_CASE(who_verifies_nothing_needs_no_authority) {
  const system_file chosen{"/nowhere"};
  BOOST_TEST(rpc::read_tls_material({.verify_certificate = false}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
