// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>

// The members of an aggregate, by their number. Requests and answers are aggregates, so that their codecs need not list their members.
namespace kdb::inline v0::remote {

namespace detail {

// Whether an aggregate takes that many initializers. `{}` stands for any member that has an empty value.
// clang-format off
template <class T> concept takes_1 = requires { T{{}}; };
template <class T> concept takes_2 = requires { T{{}, {}}; };
template <class T> concept takes_3 = requires { T{{}, {}, {}}; };
template <class T> concept takes_4 = requires { T{{}, {}, {}, {}}; };
template <class T> concept takes_5 = requires { T{{}, {}, {}, {}, {}}; };
template <class T> concept takes_6 = requires { T{{}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_7 = requires { T{{}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_8 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_9 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_10 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_11 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_12 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_13 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_14 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_15 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_16 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_17 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_18 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_19 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
template <class T> concept takes_20 = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
// clang-format on

template <class T>
constexpr std::size_t count_members() {
  static_assert(!takes_20<T>, "an aggregate of more than 19 members: extend this header");
  return takes_19<T>   ? 19
         : takes_18<T> ? 18
         : takes_17<T> ? 17
         : takes_16<T> ? 16
         : takes_15<T> ? 15
         : takes_14<T> ? 14
         : takes_13<T> ? 13
         : takes_12<T> ? 12
         : takes_11<T> ? 11
         : takes_10<T> ? 10
         : takes_9<T>  ? 9
         : takes_8<T>  ? 8
         : takes_7<T>  ? 7
         : takes_6<T>  ? 6
         : takes_5<T>  ? 5
         : takes_4<T>  ? 4
         : takes_3<T>  ? 3
         : takes_2<T>  ? 2
         : takes_1<T>  ? 1
                       : 0;
}

} // namespace detail

/// The number of members of an aggregate. One with a member that has no empty value has a specialization; the compiler refuses a wrong number.
template <class T>
inline constexpr std::size_t member_count = std::is_empty_v<T> ? 0 : detail::count_members<T>();

/// Calls a function with all members of an aggregate, in their order.
template <class T, class Function>
decltype(auto) with_members(T& value, Function&& function) {
#define KDB_MEMBERS(number, ...)                                                                                                 \
  else if constexpr (member_count<std::remove_const_t<T>> == number) {                                                           \
    auto& [__VA_ARGS__] = value;                                                                                                 \
    return function(__VA_ARGS__);                                                                                                \
  }
  if constexpr (member_count<std::remove_const_t<T>> == 0) {
    static_assert(std::is_empty_v<T>, "its first member has no empty value: specialize member_count");
    return function();
  }
  KDB_MEMBERS(1, a)
  KDB_MEMBERS(2, a, b)
  KDB_MEMBERS(3, a, b, c)
  KDB_MEMBERS(4, a, b, c, d)
  KDB_MEMBERS(5, a, b, c, d, e)
  KDB_MEMBERS(6, a, b, c, d, e, f)
  KDB_MEMBERS(7, a, b, c, d, e, f, g)
  KDB_MEMBERS(8, a, b, c, d, e, f, g, h)
  KDB_MEMBERS(9, a, b, c, d, e, f, g, h, i)
  KDB_MEMBERS(10, a, b, c, d, e, f, g, h, i, j)
  KDB_MEMBERS(11, a, b, c, d, e, f, g, h, i, j, k)
  KDB_MEMBERS(12, a, b, c, d, e, f, g, h, i, j, k, l)
  KDB_MEMBERS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  KDB_MEMBERS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  KDB_MEMBERS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  KDB_MEMBERS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
  KDB_MEMBERS(17, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
  KDB_MEMBERS(18, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
  KDB_MEMBERS(19, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
#undef KDB_MEMBERS
}

} // namespace kdb::inline v0::remote
