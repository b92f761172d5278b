// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <kdb/error.hpp>

namespace kdb::chaos {

class ledger;

/// One operation of a client. Has to end once; a second end is a finding.
class operation {
public:
  operation(ledger& book, std::string what) : book_{book}, what_{std::move(what)} {}
  void succeeded();
  /// Failed for a reason that faults of nodes explain; any other one is a finding.
  void failed(const error& why);

private:
  void end();
  ledger& book_;
  std::string what_;
  std::atomic<int> ends_{0};
};

/// What was begun, what came of it, and what went against the promises. For any thread; outlives all operations.
class ledger {
public:
  std::shared_ptr<operation> begin(std::string what);
  void finding(std::string what);

  std::vector<std::string> findings() const;
  std::uint64_t begun() const { return begun_; }
  std::uint64_t ended() const { return ended_; }
  std::uint64_t succeeded() const { return succeeded_; }
  /// "3 not_leader, 1 unavailable"
  std::string failures() const;

private:
  friend class operation;
  mutable std::mutex mutex_;
  std::vector<std::string> findings_;
  std::map<errc, std::uint64_t> failures_;
  std::atomic<std::uint64_t> begun_{0}, ended_{0}, succeeded_{0};
};

} // namespace kdb::chaos
