#pragma once

#include <string>
#include <utility>
#include <vector>

#include <actors/scripted_connection.hpp>
#include <management.hpp>

namespace kdb::test {

/// A management actor before a scripted server.
struct management_fixture : worker_fixture {
  explicit management_fixture(const settings& how = default_settings()) : worker_fixture{how} {
    tested = keep(sys.spawn(management, context));
  }
  ~management_fixture() { tested = nullptr; }

  /// Calls so far.
  std::size_t sent() { return calls().exchanges.size(); }
  scripted_exchange& last() { return *calls().exchanges.back(); }
  void server_answers(result<std::vector<std::string>> what) {
    last().end(std::move(what));
    drain();
  }

  management_self tested;
};

} // namespace kdb::test
