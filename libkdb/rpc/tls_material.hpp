// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <kdb/result.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0::rpc {

/// What a connection with TLS is made with, as PEM texts. The key is wiped from memory when it goes.
struct tls_material {
  std::string roots{};       ///< Authorities to trust; empty when nothing is verified.
  std::string certificate{}; ///< Of the client, and those between it and its authority; empty if it has none.
  std::string key{};

  tls_material() = default;
  tls_material(const tls_material&) = default;
  tls_material(tls_material&&) noexcept = default;
  tls_material& operator=(tls_material other) noexcept;
  ~tls_material();
};

/// Reads the files that the settings name, or else those of the system, and checks that they can be used. Errors are `tls_failed`, name
/// the file, and say what to do. Files of the system with something broken in them are used without that.
result<tls_material> read_tls_material(const tls_settings& settings);

} // namespace kdb::inline v0::rpc
