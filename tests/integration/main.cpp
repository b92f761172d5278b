// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE integration
#include <boost/test/unit_test.hpp>

#include <boost/test/framework.hpp>
#include <boost/test/tree/observer.hpp>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "tests/fixtures/wait.hpp"

namespace {

/// Ends the program when one test hangs, and says which.
class watchdog : public boost::unit_test::test_observer {
public:
  watchdog() { boost::unit_test::framework::register_observer(*this); }
  ~watchdog() override {
    boost::unit_test::framework::deregister_observer(*this);
    {
      std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void test_unit_start(const boost::unit_test::test_unit& unit) override {
    std::lock_guard lock{mutex_};
    running_ = unit.full_name();
    ++turn_;
    changed_.notify_all();
  }

private:
  static constexpr std::chrono::seconds limit{90 * kdb::fixtures::slowness};

  void watch() {
    std::unique_lock lock{mutex_};
    while (!over_) {
      const auto turn = turn_;
      if (changed_.wait_for(lock, limit, [&] { return over_ || turn_ != turn; }))
        continue;
      std::fprintf(stderr, "integration: '%s' hangs\n", running_.c_str());
      std::signal(SIGABRT, SIG_DFL); // Boost.Test would jump from this thread into the one that hangs, and go on.
      std::abort();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string running_ = "nothing";
  unsigned turn_ = 0;
  bool over_ = false;
  std::thread thread_{[this] { watch(); }};
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(watchdog);
