// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/result.hpp>
#include <kdb/settings.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kdbctl {

/// A named connection of the user.
struct context {
  std::string name{};
  /// Without a password.
  std::string connection{};
  /// Empty: none.
  std::string user{};
  std::optional<std::string> password{};
  friend bool operator==(const context&, const context&) = default;
};

/// JSON, and back. Errors name the member.
std::string to_json_text(const context& one);
kdb::result<context> parse_context(std::string name, std::string_view text);

/// Letters, digits, '.', '_' and '-': the name of a file. Not "." and "..".
bool is_context_name(std::string_view name);

/// Where the connection may come from, each as far as it is there.
struct connection_sources {
  std::optional<std::string> option{};
  /// Of --context.
  std::optional<context> chosen{};
  std::optional<std::string> environment{};
  std::optional<context> current{};
};

enum class connection_origin { option, context, environment, current_context, local };

struct connection_choice {
  connection_origin origin = connection_origin::local;
  std::string connection{};
  std::string user{};
  std::optional<std::string> password{};
  /// Of the context.
  std::string name{};
};

inline constexpr std::string_view local_connection = "kurrentdb://localhost:2113?tls=false";

/// --connection, else --context, else the environment, else the current context, else the local server.
connection_choice choose(const connection_sources& from);

/// Whether the connection string has a password. One that can't be read has none.
bool has_password(std::string_view connection);

/// The user and the password that go with a connection: --user, else the context's, else the connection string's.
struct login {
  std::string user{};
  std::optional<std::string> password{};
};
/// `given` is the password of a file or the environment; it goes before the one of the context. A password of the connection string, or of the
/// context, counts only for the same user.
login login_for(const connection_choice& choice, const kdb::settings& settings, const std::optional<std::string>& user,
                const std::optional<std::string>& given);

/// "--connection", "the context 'prod'", ….
std::string to_text(const connection_choice& choice);

} // namespace kdbctl
