// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/event.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace kdb::inline v0::development {

/// An event as a file keeps it. Views are good until the next one.
struct kept_event {
  std::string_view stream;
  std::string_view body;
  stored_event event; ///< Without an owner and a message.
};

/// Events in an SQLite file, which one node has for itself. What a `write` has returned from survives the end of the process however it
/// ends; the loss of power too when every transaction is synced. For one thread at a time. Members throw std::runtime_error.
class database {
public:
  /// Opens the file, or begins it.
  database(const std::string& file, bool sync_every_transaction);

  /// Calls `take` with each event, in their order.
  void load(const std::function<void(kept_event)>& take);

  /// Writes events in one transaction: all or none.
  void write(std::span<const stored_event* const> events);

private:
  struct closer {
    void operator()(sqlite3* open) const;
    void operator()(sqlite3_stmt* prepared) const;
  };
  using statement = std::unique_ptr<sqlite3_stmt, closer>;

  void execute(const char* sql);
  statement prepare(const char* sql);
  void insert(const stored_event& event);
  [[noreturn]] void fail(const char* doing) const;

  std::string file_;
  std::unique_ptr<sqlite3, closer> open_;
  statement insert_;
};

} // namespace kdb::inline v0::development
