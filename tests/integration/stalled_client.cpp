// SPDX-License-Identifier: Apache-2.0

// A process whose memory is measured: it starts to read or to follow, takes one batch, and waits.
//
// stalled_client CONNECTION-STRING read|follow: prints "ready" after the first batch; takes the rest when it is told "go on", and
// then prints the number of events and the largest resident memory it had, in KiB.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include <kdb/client.hpp>

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

/// Since this program began: getrusage would go back to its parent.
unsigned long largest_resident_kibibytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (unsigned long size = 0; word == "VmHWM:" && status >> size)
      return size;
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  auto client = kdb::client::connect(argv[1]).value();
  const auto events = std::string{argv[2]} == "read" ? read_everything(client) : follow_everything(client);
  std::printf("%zu\n%lu\n", events, largest_resident_kibibytes());
}
