// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kdb::inline v0::development {

/// Holds back what tells of a write until the write is in the database. Without a database nothing waits.
class durability {
public:
  explicit durability(store& of) : store_{of} {}

  /// The log is durable up to this index: it can be read, and who waited for it goes on.
  void advance(std::size_t end);

  /// The database can't be written: who waits, and who writes from now on, is told so.
  void fail(std::string problem);

private:
  friend class durable_replies;

  store& store_;
  std::vector<class durable_replies*> waiting_;
  std::string failure_;
};

/// The replies of one call to its writes.
class durable_replies {
public:
  durable_replies(durability& to, rpc::call& of) : durability_{to}, call_{of} {}
  ~durable_replies();

  durable_replies(const durable_replies&) = delete;
  durable_replies& operator=(const durable_replies&) = delete;

  /// Calls `send` when all that was written until now is durable, maybe at once. In order. After a failure the call ends instead.
  template <class Send>
  void then(Send send) {
    if (waiting_.empty() && durable())
      send();
    else
      wait(std::move(send));
  }

  std::size_t size() const { return waiting_.size(); }

private:
  friend class durability;
  struct reply {
    std::size_t end;
    std::function<void()> send;
  };

  bool durable() const {
    auto& events = durability_.store_.events();
    return events.readable() == events.size() && durability_.failure_.empty();
  }

  void wait(std::function<void()> send);
  void go_on();
  void refuse();

  durability& durability_;
  rpc::call& call_;
  std::deque<reply> waiting_;
};

} // namespace kdb::inline v0::development
