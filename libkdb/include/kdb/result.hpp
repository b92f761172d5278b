#pragma once

#include <tl/expected.hpp>

#include <kdb/error.hpp>

namespace kdb {

/// A value, or the one error that says why there is none. Only `value()` throws, and only when there is no value.
template <class T>
using result = tl::expected<T, error>;

/// Wraps an error for returning it from a function with a `result`.
inline tl::unexpected<error> failure(error why) {
  return tl::unexpected<error>{std::move(why)};
}

/// Short for `failure(error{.code = code, .message = message})`.
inline tl::unexpected<error> failure(errc code, std::string message) {
  return failure(error{.code = code, .message = std::move(message)});
}

} // namespace kdb
