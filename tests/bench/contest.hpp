// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/child.hpp"
#include "tests/bench/pass.hpp"

namespace kdb::bench {

/// Workers that take turns: A B C, C B A, A B C, … so that each pass of one has a pass of every other beside it.
class contest {
public:
  /// `servers_of` names the server whose CPU counts to a worker's passes.
  explicit contest(std::string title) : title_{std::move(title)} {}

  void add(const std::string& name, std::vector<std::string> command, child* server = nullptr);
  /// One pass each to warm up, then `rounds` of them that count. Says on standard error how far it is.
  void run(int rounds);
  /// One pass each, which counts: for members whose first pass is like no other.
  void run_once();

  bool has(const std::string& name) const { return entries_.contains(name); }
  /// Of one member's counted passes, in the order of the rounds.
  const std::vector<pass>& passes(const std::string& name) const { return entries_.at(name).passes; }
  double median_of(const std::string& name, const std::function<double(const pass&)>& value) const;
  /// The median over the rounds of what `value` says of two passes in the same round.
  double median_of_pairs(const std::string& a, const std::string& b,
                         const std::function<double(const pass&, const pass&)>& value) const;
  /// Which of these had the higher median rate.
  std::string fastest(const std::vector<std::string>& names) const;

private:
  struct entry {
    std::unique_ptr<child> process;
    child* server = nullptr;
    std::vector<pass> passes;
  };
  void run_round(bool reversed);
  static pass run_pass(entry& which);

  std::string title_;
  std::vector<std::string> order_;
  std::map<std::string, entry> entries_;
};

} // namespace kdb::bench
