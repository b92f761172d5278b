// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace kdb::hostile {

/// All chance comes from one of these, so that a seed repeats a round.
class chance {
public:
  explicit chance(std::uint64_t seed) : engine_{seed} {}

  /// From 0, below `end`, which is above 0.
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_); }
  bool one_in(std::size_t times) { return below(times) == 0; }
  std::uint64_t number() { return engine_(); }
  template <class List>
  auto& of(List& all) {
    return all[below(all.size())];
  }
  std::string bytes(std::size_t most);

private:
  std::mt19937_64 engine_;
};

/// What was recorded of a real server: serialised messages, by method.
struct corpus {
  std::map<std::string, std::vector<std::string>> requests;
  std::map<std::string, std::vector<std::string>> replies;
  std::vector<std::string> methods;

  static corpus load();
  /// A reply of that method, or nothing if none was recorded.
  std::string reply(const std::string& method, chance& any) const;
};

/// The message with some of its bytes changed, dropped, doubled or put in.
std::string mutated(std::string message, chance& any);
/// The message with texts that are no UTF-8: every longer run of letters loses its first one.
std::string broken_texts(std::string message);

} // namespace kdb::hostile
