// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/tls_material.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <system_error>
#include <utility>

#include "libkdb/policy/failure.hpp"
#include "libkdb/rpc/grpc_transport.hpp"
#include "libkdb/rpc/openssl_owners.hpp"
#include "libkdb/values/wipe.hpp"

namespace kdb::inline v0::rpc {

namespace {

namespace fs = std::filesystem;

unexpected refuse(std::string message, const std::string& file) {
  error bad_file{.code = errc::tls_failed,
                 .message = std::move(message),
                 .detail = tls_failure{.problem = tls_problem::bad_file, .file = file}};
  bad_file.retry_can_help = policy::retry_can_help(bad_file);
  return unexpected(std::move(bad_file));
}

result<std::string> read_file(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed))
    return unexpected(errc::tls_failed, "it is a folder");
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad())
    return unexpected(errc::tls_failed, std::generic_category().message(errno));
  return text;
}

// -- what the settings name --------------------------------------------------------------

/// A PEM text of the settings: its name there, its file or the text itself, and what it should hold.
struct source {
  const char* name;
  const std::string& file;
  const std::string& text;
  const char* content;

  bool given() const { return !file.empty() || !text.empty(); }
  std::string shown() const {
    return file.empty() ? std::string{name} + ", given as text," : std::string{name} + " '" + file + "'";
  }
};

unexpected refuse(const source& source, const std::string& problem) {
  return refuse(source.shown() + ' ' + problem + "; give " + source.content, source.file);
}

result<std::string> text_of(const source& source) {
  if (source.file.empty())
    return source.text;
  auto text = read_file(source.file);
  if (!text)
    return refuse(source, "can't be read: " + text.error().message);
  return text;
}

std::string what_it_is(const std::string& text, const pem_content& found) {
  if (text.empty())
    return "is empty";
  if (found.has_key)
    return "holds a private key, and no certificate";
  if (text.front() == '\x30')
    return "seems to be in DER form ('openssl x509 -inform der' converts it)";
  return "holds no certificate in PEM form";
}

/// The text, if it holds certificates that can all be read.
result<std::string> certificates_of(const source& source) {
  return text_of(source).and_then([&](std::string text) -> result<std::string> {
    const auto found = read_pem(text);
    if (found.broken > 0)
      return refuse(source, "is damaged: certificate " + std::to_string(found.certificates.size() + 1) + " in it can't be read");
    if (found.certificates.empty())
      return refuse(source, what_it_is(text, found));
    return text;
  });
}

source authorities(const tls_settings& settings) {
  return {settings.ca_file.empty() ? "tls.ca_pem" : "tlsCaFile", settings.ca_file, settings.ca_pem,
          "the certificates of the authorities to trust, in PEM form"};
}

result<void> read_identity(const tls_settings& settings, tls_material& into) {
  const auto in_files = !settings.user_certificate_file.empty();
  const source certificate{in_files ? "userCertFile" : "tls.user_certificate_pem", settings.user_certificate_file,
                           settings.user_certificate_pem, "the user's certificate in PEM form"};
  const source key{in_files ? "userKeyFile" : "tls.user_key_pem", settings.user_key_file, settings.user_key_pem,
                   "the private key of the user's certificate, in PEM form and without a passphrase"};
  if (!certificate.given())
    return {};
  auto chain = certificates_of(certificate);
  if (!chain)
    return unexpected{std::move(chain.error())};
  auto secret = text_of(key);
  if (!secret)
    return unexpected{std::move(secret.error())};
  into.certificate = std::move(*chain);
  into.key = *secret;
  wipe(*secret);
  auto encrypted = false;
  const auto parsed = read_pem_key(into.key, encrypted);
  if (!parsed)
    return refuse(key, encrypted ? "is encrypted" : "holds no private key in PEM form");
  const auto belongs = X509_check_private_key(read_pem(into.certificate).certificates.front().get(), parsed.get()) == 1;
  ERR_clear_error();
  if (!belongs)
    return refuse(key, "does not belong to " + certificate.shown());
  return {};
}

// -- those of the system --------------------------------------------------------------------

std::vector<std::string> system_files() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): programs that change their environment while they run are on their own.
  if (const auto* chosen = std::getenv(X509_get_default_cert_file_env()); chosen && *chosen)
    return {chosen};
  return {X509_get_default_cert_file(),
          "/etc/ssl/certs/ca-certificates.crt",
          "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem",
          "/etc/ssl/cert.pem",
          "/etc/pki/tls/cacert.pem",
          "/usr/local/share/certs/ca-root-nss.crt"};
}

/// gRPC reads no further than to the first certificate it can't.
std::string without_broken(const std::string& text) {
  const auto found = read_pem(text);
  if (found.broken == 0)
    return found.certificates.empty() ? std::string{} : text;
  owned_bio out{BIO_new(BIO_s_mem())};
  for (const auto& each : found.certificates)
    PEM_write_bio_X509(out.get(), each.get());
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// A hundred and more certificates are looked through once, as long as the file stays as it is.
struct system_cache {
  std::mutex mutex;
  std::string file;
  fs::file_time_type changed;
  std::uintmax_t size = 0;
  std::string roots;

  std::string read(const std::string& path) {
    std::error_code failed;
    const auto when = fs::last_write_time(path, failed);
    const auto how_large = failed ? 0 : fs::file_size(path, failed);
    if (failed)
      return {};
    std::lock_guard lock{mutex};
    if (file == path && changed == when && size == how_large)
      return roots;
    auto text = read_file(path);
    if (!text)
      return {};
    roots = without_broken(*text);
    file = path, changed = when, size = how_large;
    return roots;
  }
};

result<std::string> system_roots() {
  static auto* cache = new system_cache; // Never destroyed: threads may outlive main.
  std::string looked_at;
  for (const auto& file : system_files()) {
    if (auto roots = cache->read(file); !roots.empty())
      return roots;
    looked_at += (looked_at.empty() ? "" : ", ") + file;
  }
  return refuse("no certificates of authorities to trust were found on this system (looked for " + looked_at +
                  "); install them (usually the package ca-certificates), or give those of the server with tlsCaFile",
                system_files().front());
}

} // namespace

tls_material& tls_material::operator=(tls_material other) noexcept {
  roots.swap(other.roots);
  certificate.swap(other.certificate);
  key.swap(other.key);
  return *this;
}

tls_material::~tls_material() {
  wipe(key);
}

pem_content read_pem(std::string_view text) {
  pem_content found;
  const owned_bio in{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    ERR_clear_error();
    if (PEM_read_bio(in.get(), &name, &header, &data, &size) != 1) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
        break;
      ++found.broken;
      continue;
    }
    const std::string_view kind{name};
    const auto* bytes = static_cast<const unsigned char*>(data);
    if (kind.ends_with("PRIVATE KEY")) {
      found.has_key = true;
    } else if (kind.ends_with("CERTIFICATE")) {
      owned_certificate one{kind == PEM_STRING_X509_TRUSTED ? d2i_X509_AUX(nullptr, &bytes, size)
                                                            : d2i_X509(nullptr, &bytes, size)};
      if (one)
        found.certificates.push_back(std::move(one));
      else
        ++found.broken;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  ERR_clear_error();
  return found;
}

owned_key read_pem_key(std::string_view text, bool& encrypted) {
  const owned_bio in{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  // Without one OpenSSL would ask on the terminal.
  const auto no_passphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  owned_key key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, &encrypted)};
  ERR_clear_error();
  return key;
}

result<tls_material> read_tls_material(const tls_settings& settings) {
  tls_material all;
  if (settings.verify_certificate) {
    auto roots = authorities(settings).given() ? certificates_of(authorities(settings)) : system_roots();
    if (!roots)
      return unexpected{std::move(roots.error())};
    all.roots = std::move(*roots);
  }
  if (auto done = read_identity(settings, all); !done)
    return unexpected{std::move(done.error())};
  return all;
}

result<void> check_tls_files(const tls_settings& settings) {
  if (!settings.enabled)
    return {};
  if (settings.verify_certificate && authorities(settings).given())
    if (auto roots = certificates_of(authorities(settings)); !roots)
      return unexpected{std::move(roots.error())};
  tls_material unused;
  return read_identity(settings, unused);
}

} // namespace kdb::inline v0::rpc
