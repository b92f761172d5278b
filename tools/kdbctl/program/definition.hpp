// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/operations.hpp"
#include "tools/kdbctl/text/argument.hpp"
#include "tools/kdbctl/text/command_tree.hpp"
#include "tools/kdbctl/text/exit_status.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kdbctl {

class session;

/// Does what a command is for.
using action = std::function<ending(session&)>;

/// Takes the words of an argument or an option. Returns what is wrong with them, or nothing.
using setter = std::function<std::string(const std::vector<std::string>&)>;

/// The value of one word.
template <class T>
kdb::result<T> value_of(const std::string& word) {
  if constexpr (std::is_same_v<T, std::string>)
    return word;
  else if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
    return parse_duration(word);
  else if constexpr (std::is_same_v<T, kdb::stream_state>)
    return parse_expected(word);
  else if constexpr (std::is_same_v<T, bool>)
    return word == "on" ? kdb::result<bool>{true} : word == "off" ? kdb::result<bool>{false} : not_accepted(word, "on or off");
  else
    return parse_number<T>(word, std::is_unsigned_v<T> ? "a number from 0" : "a number");
}

namespace detail {
template <class T>
struct element {
  using type = T;
  static constexpr bool is_many = false, is_optional = false;
  static void put(T& into, T value) { into = std::move(value); }
};
template <class T>
struct element<std::optional<T>> {
  using type = T;
  static constexpr bool is_many = false, is_optional = true;
  static void put(std::optional<T>& into, T value) { into = std::move(value); }
};
template <class T>
struct element<std::vector<T>> {
  using type = T;
  static constexpr bool is_many = true, is_optional = false;
  static void put(std::vector<T>& into, T value) { into.push_back(std::move(value)); }
};

template <class T>
setter set_into(T& into) {
  return [&into](const std::vector<std::string>& words) -> std::string {
    for (const auto& word : words) {
      auto value = value_of<typename element<T>::type>(word);
      if (!value)
        return value.error().message;
      element<T>::put(into, std::move(*value));
    }
    return {};
  };
}
} // namespace detail

/// A command, or a group of commands, and where the words of its command line go. What options and arguments fill has to live as long as
/// the definition: actions own it.
class definition {
public:
  definition(std::string name, std::string does, std::string example = {});

  /// A command, or a group of them, below this one.
  definition& command(std::string name, std::string does, std::string example = {});

  /// An argument. A vector takes all that follow; an optional one may be missing.
  template <class T>
  definition& argument(std::string name, T& into, std::string does, subject names_a = subject::other) {
    return add_argument({.name = std::move(name),
                         .does = std::move(does),
                         .required = !detail::element<T>::is_optional,
                         .many = detail::element<T>::is_many,
                         .choices = {},
                         .names_a = names_a},
                        detail::set_into(into));
  }
  /// An option with a value: names are separated by commas. A vector takes it any number of times.
  template <class T>
  definition& option(std::string_view names, std::string value, T& into, std::string does, subject names_a = subject::other) {
    add_option(names, std::move(value), std::move(does), names_a, detail::set_into(into));
    info_.options.back().many = detail::element<T>::is_many;
    return *this;
  }
  definition& flag(std::string_view names, bool& into, std::string does);

  /// The accepted words of the option or argument before.
  definition& choices(std::vector<std::string> words);
  /// The argument before may be missing.
  definition& optional();
  /// Not shown in help, completion and the manual page.
  definition& hidden();
  /// The operations that the action asks for.
  template <class... Requests>
  definition& asks() {
    (info_.operations.push_back(operation_name<Requests>), ...);
    return *this;
  }
  definition& runs(action run);

  const std::string& name() const { return info_.name; }
  const action& run() const { return run_; }
  /// The whole tree, as a value.
  command_info info() const;

  // For the parser: in the order of `info()`.
  const command_info& own() const { return info_; }
  const std::vector<std::pair<std::vector<std::string>, setter>>& option_setters() const { return options_; }
  const std::vector<setter>& argument_setters() const { return arguments_; }
  const std::vector<std::unique_ptr<definition>>& commands() const { return commands_; }

private:
  definition& add_argument(argument_info argument, setter set);
  definition& add_option(std::string_view names, std::string value, std::string does, subject names_a, setter set);

  command_info info_;
  std::vector<std::pair<std::vector<std::string>, setter>> options_;
  std::vector<setter> arguments_;
  std::vector<std::unique_ptr<definition>> commands_;
  action run_;
  bool last_is_argument_ = false;
};

} // namespace kdbctl
