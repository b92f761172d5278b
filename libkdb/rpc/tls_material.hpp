// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <kdb/result.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0::rpc {

/// Certificates and key of a TLS connection, as PEM texts. The destructor wipes the key from memory.
struct tls_material {
  std::string roots{};       ///< Authorities to trust; empty when nothing is verified.
  std::string certificate{}; ///< The client's certificate and its intermediates; empty if it has none.
  std::string key{};

  tls_material() = default;
  tls_material(const tls_material&) = default;
  tls_material(tls_material&&) noexcept = default;
  tls_material& operator=(tls_material other) noexcept;
  ~tls_material();
};

/// Reads the files named in the settings, otherwise those of the system, and checks that they can be used. Errors are
/// `tls_failed`, name the file, and suggest a remedy. Broken entries in files of the system are skipped.
result<tls_material> read_tls_material(const tls_settings& settings);

} // namespace kdb::inline v0::rpc
