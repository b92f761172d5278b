// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/reading.hpp"

#include <chrono>
#include <thread>

#include "tests/fixtures/wait.hpp"

namespace kdb::chaos {

namespace {

using namespace std::chrono_literals;

void settle(operation& begun, const result<void>& end) {
  if (end)
    begun.succeeded();
  else
    begun.failed(end.error());
}

class reader {
public:
  reader(client db, ledger& book, std::uint64_t seed) : db_{std::move(db)}, book_{book}, random_{seed} {}

  void read_stream(const std::string& stream) {
    read_stream_options how{.call = call()};
    if (random_() % 3 == 0)
      how.direction = backwards;
    if (random_() % 3 == 0)
      how.limit = 1 + random_() % 200;
    auto begun = book_.begin("a read of " + stream);
    auto reading = db_.read_stream(stream, how);
    std::optional<std::uint64_t> last;
    std::uint64_t count = 0;
    for (const auto& event : reading.events()) {
      const auto revision = event.revision().value;
      const auto expected = !last                       ? (how.direction == forwards ? 0 : revision)
                            : how.direction == forwards ? *last + 1
                                                        : *last - 1;
      if (revision != expected)
        book_.finding("a read of " + stream + " delivered " + std::to_string(revision) + " instead of " +
                      std::to_string(expected));
      last = revision;
      if (++count > how.limit)
        book_.finding("a read delivered more than its limit");
    }
    const auto end = reading.finish();
    if (end && how.direction == backwards && how.limit == no_limit && last && *last != 0)
      book_.finding("a read of " + stream + " backwards ended in order before the first event");
    settle(*begun, end);
  }

  void read_all() {
    read_all_options how{.direction = random_() % 2 ? forwards : backwards, .limit = 1 + random_() % 500, .call = call()};
    auto begun = book_.begin("a read of $all");
    auto reading = db_.read_all(how);
    std::optional<log_position> last;
    for (const auto& event : reading.events()) {
      if (last && (how.direction == forwards ? event.position() <= *last : event.position() >= *last))
        book_.finding("a read of $all is out of order at " + to_string(event.position()));
      last = event.position();
      if (random_() % 200 == 0)
        break; // Dropped in the midst.
    }
    settle(*begun, reading.finish());
  }

  void ask() {
    auto begun = book_.begin("a question for the head");
    const auto head = db_.get_commit_position({.call = call()});
    settle(*begun, head ? result<void>{} : unexpected{head.error()});
  }

private:
  call_options call() {
    return {.deadline = std::chrono::milliseconds{500 + random_() % 3000}, .retry = random_() % 2 ? 100u : 0u};
  }

  client db_;
  ledger& book_;
  std::mt19937_64 random_;
};

} // namespace

void read_on(client db, const std::vector<std::string>& streams, ledger& book, std::uint64_t seed,
             const std::atomic<bool>& stop) {
  std::mt19937_64 random{seed};
  reader one{std::move(db), book, random()};
  while (!stop) {
    switch (random() % 4) {
      case 0: one.read_all(); break;
      case 1: one.ask(); break;
      default: one.read_stream(streams[random() % streams.size()]); break;
    }
    std::this_thread::sleep_for(20ms); // The pace of the readers.
  }
}

void come_and_go(const settings& how, const std::vector<std::string>& streams, ledger& book, std::uint64_t seed,
                 const std::atomic<bool>& stop) {
  std::mt19937_64 random{seed};
  while (!stop) {
    auto db = client::connect(how);
    if (!db)
      return book.finding("a client could not be made: " + to_string(db.error()));
    const auto closed = std::make_shared<std::atomic<bool>>(false);
    std::vector<std::thread> users;
    for (int i = 0; i < 3; ++i)
      users.emplace_back([&, use = *db, user_seed = random()]() mutable {
        reader one{use, book, user_seed};
        while (!*closed) {
          one.read_stream(streams[user_seed++ % streams.size()]);
          one.ask();
          auto begun = book.begin("the start of a passing subscription");
          auto following = use.subscribe_to_stream(streams[user_seed % streams.size()], {.call = {.deadline = 2s}});
          settle(*begun, following ? result<void>{} : unexpected{following.error()});
          if (!following)
            continue;
          for (int n = 0; n < 3; ++n) {
            if (const auto batch = following->next(50ms); !batch) {
              const auto end = following->ended();
              if (!end || (end->reason != end_reason::closed && end->reason != end_reason::cancelled))
                book.finding("a passing subscription ended by itself: " + (end ? to_string(*end) : to_string(batch.error())));
              break;
            }
          }
        }
      });
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 500}); // It closes at any moment.
    const fixtures::stopwatch since;
    db->close();
    if (since.elapsed() > fixtures::soon)
      book.finding("closing took " + std::to_string(since.elapsed().count()) + " ms");
    *closed = true;
    for (auto& each : users)
      each.join();
    if (since.elapsed() > 2 * fixtures::soon)
      book.finding("operations ended only " + std::to_string(since.elapsed().count()) + " ms after the close");
  }
}

} // namespace kdb::chaos
