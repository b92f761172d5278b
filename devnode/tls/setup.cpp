// SPDX-License-Identifier: Apache-2.0
#include "devnode/tls/setup.hpp"

#include "devnode/store/uuid.hpp"
#include "devnode/tls/certificates.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace kdb::inline v0::development::tls {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& problem) {
  throw std::runtime_error{"development node: " + problem};
}

std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty())
    fail("cannot read " + file.string());
  return text.str();
}

// Others read the old file or the new one, never half of it.
void write(const fs::path& file, std::string_view text, unsigned mode) {
  auto fresh = file.string() + ".new-" + std::to_string(getpid());
  int out = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool done = out >= 0 && ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (out >= 0)
    done = close(out) == 0 && done;
  if (!done || std::rename(fresh.c_str(), file.c_str()) != 0)
    fail("cannot write " + file.string());
}

void check(const devnode_options& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    fail("a certificate of your own and its key go together");
  if (!wanted(options) && !options.tls_client_ca.empty())
    fail("a CA of clients is of no use without TLS");
  if (!wanted(options) && !options.tls_names.empty())
    fail("names for a certificate are of no use without TLS");
  if (!options.tls_certificate.empty() && !options.tls_names.empty())
    fail("a certificate of your own has its names already");
}

// A CA stays, so that clients who trust it still do so when the node starts again.
identity authority_in(const fs::path& folder) {
  if (fs::exists(folder / "ca.crt") && fs::exists(folder / "ca.key")) {
    identity kept{read(folder / "ca.crt"), read(folder / "ca.key")};
    if (!fits(kept))
      fail("ca.crt and ca.key in " + folder.string() + " are no CA; remove them to have new ones made");
    return kept;
  }
  // Each has a name of its own, so that clients can say which one they don't know.
  auto made = make_authority({.common_name = "kurrentdb-devnode-ca " + to_string(random_uuid())});
  write(folder / "ca.key", made.key, 0600);
  write(folder / "ca.crt", made.certificate, 0644);
  return made;
}

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF", reserved = "%&?#+ ";
  std::string text;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && reserved.find(c) == reserved.npos)
      text += c;
    else
      (text += '%').append({digits[byte >> 4], digits[byte & 15]});
  }
  return text;
}

} // namespace

bool wanted(const devnode_options& options) {
  return !options.tls_folder.empty() || !options.tls_certificate.empty() || !options.tls_key.empty();
}

std::optional<rpc::encryption> prepare(const devnode_options& options) {
  check(options);
  if (!wanted(options))
    return std::nullopt;
  rpc::encryption made;
  if (!options.tls_folder.empty()) {
    fs::path folder{options.tls_folder};
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (!fs::is_directory(folder))
      fail("cannot make the folder " + folder.string() + (failed ? ": " + failed.message() : std::string{}));
    auto authority = authority_in(folder);
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    names.insert(names.end(), options.tls_names.begin(), options.tls_names.end());
    auto node = make_certificate({.names = std::move(names)}, authority);
    write(folder / "node.key", node.key, 0600);
    write(folder / "node.crt", node.certificate, 0644);
    made = {node.certificate, node.key, authority.certificate, false};
  }
  if (!options.tls_certificate.empty()) {
    made.certificates = read(options.tls_certificate);
    made.key = read(options.tls_key);
    if (!fits({made.certificates, made.key}))
      fail(options.tls_key + " is not the key of the certificate in " + options.tls_certificate);
  }
  if (!options.tls_client_ca.empty()) {
    made.client_ca = read(options.tls_client_ca);
    made.required = true;
  }
  return made;
}

std::string connection_string(const devnode_options& options, std::span<const std::uint16_t> ports) {
  std::string text = authenticates(options) ? "kurrentdb://admin:changeit@" : "kurrentdb://";
  for (auto separator = ""; auto port : ports) {
    text.append(separator).append(wanted(options) ? "localhost:" : "127.0.0.1:").append(std::to_string(port));
    separator = ",";
  }
  if (!wanted(options))
    return text + "?tls=false";
  if (!options.tls_certificate.empty())
    return text;
  return text + "?tlsCaFile=" + percent_encoded(fs::absolute(fs::path{options.tls_folder} / "ca.crt").string());
}

} // namespace kdb::inline v0::development::tls
