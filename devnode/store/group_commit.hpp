// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/database.hpp"
#include "devnode/store/log.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kdb::inline v0::development {

/// How far the log is in the database, or why it gets no further.
struct commit_report {
  std::size_t end = 0; ///< Log index behind the last event that is there.
  std::string failure;
};

/// Writes events to a database on a thread of its own. What arrives while a transaction is written shares the next one, so that the
/// more there is to do the less a write costs. After a failure nothing is written any more: the file stays a beginning of the log.
class group_commit {
public:
  /// `report` is called on the thread, in order.
  group_commit(database& to, std::function<void(const commit_report&)> report);

  /// Writes all that was added.
  ~group_commit();

  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;

  /// Adds the events of `events` from `first` to `end`, which were written together and stay together.
  void add(const log& events, std::size_t first, std::size_t end);

  /// When it returns no report comes any more.
  void silence();

private:
  void run();
  void report(const commit_report& news);

  database& database_;
  std::mutex reporting_;
  std::function<void(const commit_report&)> report_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<const stored_event*> waiting_;
  std::size_t end_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace kdb::inline v0::development
