// SPDX-License-Identifier: Apache-2.0
#include "devnode/tls/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <memory>
#include <stdexcept>

namespace kdb::inline v0::development::tls {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};

using bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using extension = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

[[noreturn]] void fail(const std::string& problem) {
  char reason[256] = "";
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  ERR_clear_error();
  throw std::runtime_error{"development node: cannot make a certificate: " + problem + ": " + reason};
}

// -- PEM -----------------------------------------------------------------------------------------------------------

template <class Write>
std::string to_pem(Write write) {
  bio memory{BIO_new(BIO_s_mem())};
  if (!memory || !write(memory.get()))
    fail("PEM");
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

bio reader_of(const std::string& text) {
  return bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

identity to_identity(X509* certificate, EVP_PKEY* key) {
  return {to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate) == 1; }),
          to_pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr) == 1; })};
}

// -- building ------------------------------------------------------------------------------------------------------

bool is_address(const std::string& name) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (auto& name : names) {
    // A comma would begin another extension's value.
    if (name.empty() || name.find_first_of(", \n") != name.npos)
      throw std::runtime_error{"development node: '" + name + "' is no name for a certificate"};
    text += (text.empty() ? "" : ",") + std::string{is_address(name) ? "IP:" : "DNS:"} + name;
  }
  return text;
}

void add(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  extension added{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  if (!added || X509_add_ext(to, added.get(), -1) != 1)
    fail("'" + value + "'");
}

void set_serial_number(X509* of) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    fail("random number");
  bytes[0] &= 0x7f; // positive
  std::unique_ptr<BIGNUM, freed_by<BN_free>> number{BN_bin2bn(bytes, sizeof bytes, nullptr)};
  if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(of)))
    fail("serial number");
}

x509 begin(const subject& about, EVP_PKEY* key) {
  constexpr long version_3 = 2;
  x509 made{X509_new()};
  auto name = made ? X509_get_subject_name(made.get()) : nullptr;
  auto text = reinterpret_cast<const unsigned char*>(about.common_name.c_str());
  if (!name || X509_set_version(made.get(), version_3) != 1 || X509_set_pubkey(made.get(), key) != 1 ||
      !X509_gmtime_adj(X509_getm_notBefore(made.get()), static_cast<long>(about.valid_from.count())) ||
      !X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(about.valid_until.count())) ||
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) != 1)
    fail(about.common_name);
  set_serial_number(made.get());
  return made;
}

void sign(X509* made, X509* issuer, EVP_PKEY* key) {
  if (X509_set_issuer_name(made, X509_get_subject_name(issuer)) != 1 || X509_sign(made, key, EVP_sha256()) == 0)
    fail("signature");
}

private_key new_key() {
  private_key key{EVP_EC_gen("P-256")};
  if (!key)
    fail("key");
  return key;
}

} // namespace

bool fits(const identity& both) {
  x509 certificate{PEM_read_bio_X509(reader_of(both.certificate).get(), nullptr, nullptr, nullptr)};
  auto no_passphrase = [](char*, int, int, void*) { return 0; }; // OpenSSL would ask at the terminal
  private_key key{PEM_read_bio_PrivateKey(reader_of(both.key).get(), nullptr, no_passphrase, nullptr)};
  bool fitting = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return fitting;
}

identity make_authority(const subject& about) {
  auto key = new_key();
  auto made = begin(about, key.get());
  add(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
  add(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add(made.get(), made.get(), NID_subject_key_identifier, "hash");
  sign(made.get(), made.get(), key.get());
  return to_identity(made.get(), key.get());
}

identity make_certificate(const subject& about, const identity& authority) {
  x509 issuer{PEM_read_bio_X509(reader_of(authority.certificate).get(), nullptr, nullptr, nullptr)};
  private_key issuer_key{PEM_read_bio_PrivateKey(reader_of(authority.key).get(), nullptr, nullptr, nullptr)};
  if (!issuer || !issuer_key)
    fail("its CA can't be read");
  auto key = new_key();
  auto made = begin(about, key.get());
  add(made.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add(made.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  add(made.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add(made.get(), issuer.get(), NID_subject_key_identifier, "hash");
  add(made.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  if (!about.names.empty())
    add(made.get(), issuer.get(), NID_subject_alt_name, alternative_names(about.names));
  sign(made.get(), issuer.get(), issuer_key.get());
  return to_identity(made.get(), key.get());
}

} // namespace kdb::inline v0::development::tls
