// A process whose memory is measured: it starts to read or to follow, takes one batch, and waits.
//
// stalled_client CONNECTION-STRING read|follow: prints "ready" after the first batch; takes the rest when it is told "go on", and
// then prints the number of events and the largest resident memory it had, in KiB.

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include <kdb/client.hpp>

#include <sys/resource.h>

namespace {

std::size_t count(const kdb::event_batch& batch) {
  const auto events = batch.events();
  return static_cast<std::size_t>(std::distance(events.begin(), events.end()));
}

bool has_caught_up(const kdb::event_batch& batch) {
  for (const auto& item : batch)
    if (std::holds_alternative<kdb::caught_up>(item))
      return true;
  return false;
}

void wait_for_word() {
  std::printf("ready\n");
  std::fflush(stdout);
  std::string word;
  std::getline(std::cin, word);
}

std::size_t read_everything(kdb::client& client) {
  auto reading = client.read_stream("much");
  auto sum = count(reading.next().value());
  wait_for_word();
  for (;;) {
    const auto batch = reading.next().value();
    if (batch.empty())
      return sum;
    sum += count(batch);
  }
}

std::size_t follow_everything(kdb::client& client) {
  auto subscription = client.subscribe_to_stream("much").value();
  auto sum = count(subscription.next(std::chrono::minutes{1}).value());
  wait_for_word();
  for (;;) {
    const auto batch = subscription.next(std::chrono::minutes{1}).value();
    sum += count(batch);
    if (batch.empty() || has_caught_up(batch))
      return sum;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  auto client = kdb::client::connect(argv[1]).value();
  const auto events = std::string{argv[2]} == "read" ? read_everything(client) : follow_everything(client);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  std::printf("%zu\n%ld\n", events, used.ru_maxrss);
}
