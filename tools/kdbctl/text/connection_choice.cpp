// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/connection_choice.hpp"

#include "tools/kdbctl/text/argument.hpp"
#include "tools/kdbctl/text/listing.hpp"

#include <algorithm>

namespace kdbctl {

std::string to_json_text(const context& one) {
  json members{{"connection", one.connection}};
  if (!one.user.empty())
    members["user"] = one.user;
  if (one.password)
    members["password"] = *one.password;
  return members.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

kdb::result<context> parse_context(std::string name, std::string_view text) {
  const auto content = json::parse(text, nullptr, false);
  if (!content.is_object() || !content.contains("connection"))
    return not_accepted("the context " + name, "a JSON object with the member 'connection'");
  context one{.name = std::move(name), .connection = {}};
  for (const auto& [member, value] : content.items()) {
    if (!value.is_string())
      return not_accepted(member, "a string for it");
    const auto content_text = value.get<std::string>();
    if (member == "connection")
      one.connection = content_text;
    else if (member == "user")
      one.user = content_text;
    else if (member == "password")
      one.password = content_text;
  }
  return one;
}

bool is_context_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 100 && name.front() != '.' && name.front() != '-' && std::ranges::all_of(name, fits);
}

connection_choice choose(const connection_sources& from) {
  const auto of = [](connection_origin origin, const context& one) {
    return connection_choice{origin, one.connection, one.user, one.password, one.name};
  };
  if (from.option)
    return {connection_origin::option, *from.option};
  if (from.chosen)
    return of(connection_origin::context, *from.chosen);
  if (from.environment && !from.environment->empty())
    return {connection_origin::environment, *from.environment};
  if (from.current)
    return of(connection_origin::current_context, *from.current);
  return {connection_origin::local, std::string{local_connection}};
}

bool has_password(std::string_view connection) {
  const auto settings = kdb::settings::from_connection_string(connection);
  if (settings)
    return settings->credentials.has_value();
  // A string that can't be read may hold one all the same.
  const auto scheme = connection.find("://");
  const auto at = connection.rfind('@');
  return scheme != connection.npos && at != connection.npos && connection.find(':', scheme + 3) < at;
}

login login_for(const connection_choice& choice, const kdb::settings& settings, const std::optional<std::string>& user,
                const std::optional<std::string>& given) {
  login found;
  const auto in_string = settings.credentials ? settings.credentials->user() : std::string{};
  found.user = user ? *user : !choice.user.empty() ? choice.user : in_string;
  if (found.user.empty())
    return found;
  if (given)
    found.password = given;
  else if (found.user == choice.user && choice.password)
    found.password = choice.password;
  else if (settings.credentials && found.user == in_string)
    found.password = settings.credentials->secret();
  return found;
}

std::string to_text(const connection_choice& choice) {
  switch (choice.origin) {
    case connection_origin::option: return "--connection";
    case connection_origin::context: return "the context '" + choice.name + "'";
    case connection_origin::environment: return "KURRENTDB_CONNECTION_STRING";
    case connection_origin::current_context: return "the current context '" + choice.name + "'";
    case connection_origin::local: return "the default, a local server";
  }
  return {};
}

} // namespace kdbctl
