// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "tests/fixtures/tcp_proxy.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace kdb::integration {

namespace {

/// Catches what this process prints, on both outputs.
class caught_output {
public:
  caught_output() : path_{std::filesystem::temp_directory_path() / ("kdb-output-" + std::to_string(::getpid()))} {
    std::fflush(nullptr);
    const auto file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::close(file);
  }
  ~caught_output() {
    restore();
    std::filesystem::remove(path_);
  }

  std::string text() {
    restore();
    std::ostringstream all;
    all << std::ifstream{path_}.rdbuf();
    return all.str();
  }

private:
  void restore() {
    std::fflush(nullptr);
    ::dup2(out_, STDOUT_FILENO);
    ::dup2(err_, STDERR_FILENO);
  }
  const std::filesystem::path path_;
  const int out_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
  const int err_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
};

struct lines {
  std::mutex mutex;
  std::vector<std::string> all;

  log_sink sink() {
    return [this](log_level, std::string_view line) {
      std::lock_guard lock{mutex};
      all.emplace_back(line);
    };
  }
  std::ptrdiff_t count(std::string_view text) {
    std::lock_guard lock{mutex};
    return std::count_if(all.begin(), all.end(), [&](const auto& line) { return line.find(text) != std::string::npos; });
  }
  bool contain(std::string_view text) { return count(text) > 0; }
};

/// An address where nobody listens.
settings nobody_there() {
  fixtures::node node;
  auto how = settings_for(node.connection_string());
  how.max_discover_attempts = 2;
  return how;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log)

KDB_NODE_SCENARIO(nothing_is_printed_by_default) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  caught_output output;
  {
    const auto client = connect(which, proxy.connection_string());
    static_cast<void>(client->append("s", stream_state::any, numbered(10)));
    const auto subscription = client->subscribe_to_stream("s");
    static_cast<void>(client->append("s", stream_state::revision(77), numbered(10)));
    static_cast<void>(read_to_end(client->read_stream("nowhere")));
    proxy.refuse();
    proxy.cut();
    static_cast<void>(client->get_commit_position());
    static_cast<void>(client->get_commit_position());
  }
  BOOST_TEST(output.text() == "");
}

KDB_NODE_SCENARIO(a_sink_hears_what_the_library_has_to_say) {
  auto how = nobody_there();
  lines heard;
  how.log = heard.sink();
  const auto client = connect(which, how);
  BOOST_TEST(error_of(client->get_commit_position()).code == errc::discovery_failed);
  fixtures::wait_until("a line about the failed connection", [&] { return heard.contain("connection gave up"); });
}

KDB_NODE_SCENARIO(credentials_that_are_not_sent_in_clear_are_mentioned_without_the_secret) {
  const devnode node; // always without TLS: that is what it is about
  auto how = value_of(settings::from_connection_string(node.connection_string()));
  how.credentials = credentials::basic("admin", "s3cret");
  how.minimum_log_level = log_level::debug;
  lines heard;
  how.log = heard.sink();
  const auto client = connect(which, how);
  value_of(client->append("s", stream_state::any, numbered(1)));
  fixtures::wait_until("a line about credentials", [&] { return heard.contain("credentials"); });
  client->close();
  BOOST_TEST(!heard.contain("s3cret"));
}

KDB_NODE_SCENARIO(options_that_only_other_clients_need_are_named_in_one_warning) {
  const fixtures::node node;
  auto options = settings_for(node.connection_string() + "&throwOnAppendFailure=true&dnsDiscover=false");
  lines heard;
  options.log = heard.sink();
  const auto client = connect(which, options);
  value_of(client->append("s", stream_state::any, numbered(1)));
  client->close();
  BOOST_TEST(heard.count("which are ignored here: throwOnAppendFailure (") == 1);
  BOOST_TEST(heard.count("dnsDiscover (") == 1);
}

KDB_SCENARIO(a_sink_that_blocks_holds_nobody_up) {
  const fixtures::server server;
  const fixtures::own_names named;
  auto how = server.settings();
  std::mutex mutex;
  std::condition_variable changed;
  bool go_on = false;
  how.minimum_log_level = log_level::debug;
  how.log = [&](log_level, std::string_view) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return go_on; });
  };
  const auto client = connect(which, how);
  for (int i = 0; i < 20; ++i)
    value_of(client->append(named("s"), stream_state::any, numbered(1)));
  const fixtures::stopwatch since;
  client->close();
  BOOST_TEST((since.elapsed() < fixtures::soon));
  {
    std::lock_guard lock{mutex};
    go_on = true;
  }
  changed.notify_all();
}

KDB_NODE_SCENARIO(what_a_sink_throws_is_contained) {
  auto how = nobody_there();
  std::atomic<int> calls{0};
  how.minimum_log_level = log_level::debug;
  how.log = [&](log_level, std::string_view) {
    ++calls;
    throw std::runtime_error{"the sink's own trouble"};
  };
  const auto client = connect(which, how);
  static_cast<void>(client->get_commit_position());
  fixtures::wait_until("more than one call of the sink", [&] { return calls > 1; });
  BOOST_TEST(error_of(client->get_commit_position()).code == errc::discovery_failed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
