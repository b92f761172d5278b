// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <kdb/error.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Thrown by `result::value()` when there is no value: `what()` is the whole text of the error, `error()` the typed error itself.
class failure : public std::runtime_error {
public:
  /// Made of an error.
  explicit failure(kdb::error error);

  const kdb::error& error() const noexcept { return error_; }

private:
  kdb::error error_;
};

/// Wraps an error for returning it from a function with a `result`.
class [[nodiscard]] unexpected {
public:
  /// Wraps an error.
  explicit unexpected(kdb::error error) : error_{std::move(error)} {}
  /// Short for `unexpected{error{.code = code, .message = message}}`.
  unexpected(errc code, std::string message) : error_{.code = code, .message = std::move(message)} {}

  kdb::error& error() & { return error_; }
  const kdb::error& error() const& { return error_; }
  kdb::error&& error() && { return std::move(error_); }

private:
  kdb::error error_;
};

template <class T>
class result;

namespace detail {

/// Throws `failure`. In the library, so that this header compiles without exceptions.
[[noreturn]] void throw_failure(const error& error);

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;

/// Calls `function` with the value of `from`, or without arguments for a `result<void>`.
template <class Result, class Function>
decltype(auto) on_value(Result&& from, Function&& function) {
  if constexpr (std::is_void_v<typename std::remove_cvref_t<Result>::value_type>)
    return std::forward<Function>(function)();
  else
    return std::forward<Function>(function)(*std::forward<Result>(from));
}

template <class Result, class Function>
auto and_then(Result&& from, Function&& function) {
  using next = std::remove_cvref_t<decltype(on_value(std::forward<Result>(from), std::forward<Function>(function)))>;
  static_assert(is_result<next>, "the function for and_then has to return a kdb::result; use transform for plain values");
  if (!from)
    return next{unexpected{std::forward<Result>(from).error()}};
  return on_value(std::forward<Result>(from), std::forward<Function>(function));
}

template <class Result, class Function>
auto transform(Result&& from, Function&& function) {
  using value = std::remove_cvref_t<decltype(on_value(std::forward<Result>(from), std::forward<Function>(function)))>;
  if (!from)
    return result<value>{unexpected{std::forward<Result>(from).error()}};
  if constexpr (std::is_void_v<value>) {
    on_value(std::forward<Result>(from), std::forward<Function>(function));
    return result<value>{};
  } else {
    return result<value>{on_value(std::forward<Result>(from), std::forward<Function>(function))};
  }
}

template <class Result, class Function>
std::remove_cvref_t<Result> or_else(Result&& from, Function&& function) {
  if (from)
    return std::forward<Result>(from);
  return std::forward<Function>(function)(std::forward<Result>(from).error());
}

template <class Result, class Function>
std::remove_cvref_t<Result> transform_error(Result&& from, Function&& function) {
  if (from)
    return std::forward<Result>(from);
  return unexpected{std::forward<Function>(function)(std::forward<Result>(from).error())};
}

} // namespace detail

/// A value, or the one error that says why there is none. It has the interface of `std::expected`; the compiler warns when one is
/// discarded. Only `value()` throws, and only when there is no value. `*` and `error()` are not checked: call them only if there is a
/// value or an error respectively.
template <class T>
class [[nodiscard]] result {
public:
  using value_type = T;
  using error_type = kdb::error;

  result() requires std::is_default_constructible_v<T>
  = default;
  /// Made of a value.
  template <class U = T>
    requires(!std::is_same_v<std::remove_cvref_t<U>, result> && !std::is_same_v<std::remove_cvref_t<U>, unexpected> &&
             std::is_constructible_v<T, U>)
  explicit(!std::is_convertible_v<U, T>) result(U&& value) : state_{std::in_place_index<0>, std::forward<U>(value)} {}
  /// Made of an error.
  result(unexpected cause) : state_{std::in_place_index<1>, std::move(cause).error()} {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  /// The value. Throws `failure` if there is none.
  T& value() & { return check(), **this; }
  const T& value() const& { return check(), **this; }
  T&& value() && { return check(), *std::move(*this); }

  kdb::error& error() & noexcept { return *std::get_if<1>(&state_); }
  const kdb::error& error() const& noexcept { return *std::get_if<1>(&state_); }
  kdb::error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

  template <class U>
  T value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  T value_or(U&& otherwise) && {
    return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(otherwise));
  }

  /// Replaces the value or error by a new value.
  template <class... Args>
  T& emplace(Args&&... args) {
    return state_.template emplace<0>(T(std::forward<Args>(args)...)); // If this throws, the old state is kept.
  }

  /// Returns the result of the function called with the value, or the error. The function returns a `result`.
  template <class F>
  auto and_then(F&& function) & {
    return detail::and_then(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) const& {
    return detail::and_then(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) && {
    return detail::and_then(std::move(*this), std::forward<F>(function));
  }
  /// Returns the result of the function called with the value, wrapped in a `result`; or the error.
  template <class F>
  auto transform(F&& function) & {
    return detail::transform(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) const& {
    return detail::transform(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) && {
    return detail::transform(std::move(*this), std::forward<F>(function));
  }
  /// Returns the value, or the `result` of the function called with the error.
  template <class F>
  result or_else(F&& function) & {
    return detail::or_else(*this, std::forward<F>(function));
  }
  template <class F>
  result or_else(F&& function) const& {
    return detail::or_else(*this, std::forward<F>(function));
  }
  template <class F>
  result or_else(F&& function) && {
    return detail::or_else(std::move(*this), std::forward<F>(function));
  }
  /// Returns the value, or the error that the function returns for the error.
  template <class F>
  result transform_error(F&& function) & {
    return detail::transform_error(*this, std::forward<F>(function));
  }
  template <class F>
  result transform_error(F&& function) const& {
    return detail::transform_error(*this, std::forward<F>(function));
  }
  template <class F>
  result transform_error(F&& function) && {
    return detail::transform_error(std::move(*this), std::forward<F>(function));
  }

private:
  void check() const {
    if (!has_value())
      detail::throw_failure(error());
  }

  std::variant<T, kdb::error> state_;
};

/// Success, or the one error that says why there is none.
template <>
class [[nodiscard]] result<void> {
public:
  using value_type = void;
  using error_type = kdb::error;

  result() = default;
  result(unexpected cause) : error_{std::move(cause).error()} {}

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }

  void operator*() const noexcept {}
  /// Throws `failure` if there is an error.
  void value() const {
    if (error_)
      detail::throw_failure(*error_);
  }

  kdb::error& error() & noexcept { return *error_; }
  const kdb::error& error() const& noexcept { return *error_; }
  kdb::error&& error() && noexcept { return std::move(*error_); }

  /// Replaces the error, if any, by success.
  void emplace() noexcept { error_.reset(); }

  template <class F>
  auto and_then(F&& function) & {
    return detail::and_then(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) const& {
    return detail::and_then(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) && {
    return detail::and_then(std::move(*this), std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) & {
    return detail::transform(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) const& {
    return detail::transform(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) && {
    return detail::transform(std::move(*this), std::forward<F>(function));
  }
  template <class F>
  result or_else(F&& function) & {
    return detail::or_else(*this, std::forward<F>(function));
  }
  template <class F>
  result or_else(F&& function) const& {
    return detail::or_else(*this, std::forward<F>(function));
  }
  template <class F>
  result or_else(F&& function) && {
    return detail::or_else(std::move(*this), std::forward<F>(function));
  }
  template <class F>
  result transform_error(F&& function) & {
    return detail::transform_error(*this, std::forward<F>(function));
  }
  template <class F>
  result transform_error(F&& function) const& {
    return detail::transform_error(*this, std::forward<F>(function));
  }
  template <class F>
  result transform_error(F&& function) && {
    return detail::transform_error(std::move(*this), std::forward<F>(function));
  }

private:
  std::optional<kdb::error> error_;
};

} // namespace v0
} // namespace kdb
