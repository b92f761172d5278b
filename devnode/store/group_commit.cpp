// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/group_commit.hpp"

#include <exception>

namespace kdb::inline v0::development {

group_commit::group_commit(database& to, std::function<void(const commit_report&)> report)
  : database_{to}, report_{std::move(report)}, thread_{[this] { run(); }} {}

group_commit::~group_commit() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// Events and the names of their streams neither move nor change once they are written: the other thread may look at them.
void group_commit::add(const log& events, std::size_t first, std::size_t end) {
  bool idle = false;
  {
    std::lock_guard lock{mutex_};
    idle = waiting_.empty();
    for (auto index = first; index < end; ++index)
      waiting_.push_back(&events[index]);
    end_ = end;
  }
  if (idle)
    changed_.notify_one();
}

void group_commit::silence() {
  std::lock_guard lock{reporting_};
  report_ = nullptr;
}

void group_commit::run() {
  std::vector<const stored_event*> group;
  for (;;) {
    commit_report news;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty())
        return;
      group.swap(waiting_);
      news.end = end_;
    }
    try {
      database_.write(group);
    } catch (const std::exception& problem) {
      news.failure = problem.what();
    }
    report(news);
    if (!news.failure.empty())
      return;
    group.clear();
  }
}

void group_commit::report(const commit_report& news) {
  std::lock_guard lock{reporting_};
  if (report_)
    report_(news);
}

} // namespace kdb::inline v0::development
