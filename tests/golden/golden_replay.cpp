// SPDX-License-Identifier: Apache-2.0

// golden-replay --target HOST:PORT [--user NAME:PASSWORD] [--differences FILE] [--patience SECONDS] TRANSCRIPT...
//
// Replays transcripts against any server, in the order given, and says where it answers otherwise than the recorded one.
// Exit code 0 when nothing differs, 1 when something does, 2 when it could not be tried.

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tests/golden/replay.hpp"

namespace {

using namespace std::chrono_literals;

struct arguments {
  std::string target;
  std::string user;
  std::string differences;
  std::string patience = "20";
  std::vector<std::string> files;
};

bool parse(int count, char** values, arguments& result) {
  for (auto i = 1; i < count; ++i) {
    auto text = std::string{values[i]};
    auto* option = text == "--target"        ? &result.target
                   : text == "--user"        ? &result.user
                   : text == "--differences" ? &result.differences
                   : text == "--patience"    ? &result.patience
                                             : nullptr;
    if (option == nullptr)
      result.files.push_back(text);
    else if (++i < count)
      *option = values[i];
    else
      return false;
  }
  return !result.target.empty() && !result.files.empty();
}

int run(const arguments& wanted) {
  auto allowed = std::vector<kdb::golden::allowed_difference>{};
  if (!wanted.differences.empty())
    allowed = kdb::golden::load_allowed_differences(wanted.differences);
  auto server = kdb::golden::connection{wanted.target};
  auto patience = std::chrono::seconds{std::stoi(wanted.patience)};
  auto options =
    kdb::golden::replay_options{.credentials = wanted.user, .call_patience = patience, .take_patience = std::min(patience, 10s)};
  auto failed = std::size_t{0};
  for (const auto& file : wanted.files) {
    auto report = replay(kdb::golden::load_transcript(file), server, allowed, options);
    std::cout << (report.passed() ? "same  " : "DIFFERS  ") << report.transcript << '\n' << report;
    failed += report.passed() ? 0 : 1;
  }
  std::cout << wanted.files.size() - failed << " of " << wanted.files.size() << " transcripts replayed without a difference\n";
  return failed == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** values) {
  auto wanted = arguments{};
  if (!parse(count, values, wanted)) {
    std::cerr << "usage: golden-replay --target HOST:PORT [--user NAME:PASSWORD] [--differences FILE] [--patience SECONDS] "
                 "TRANSCRIPT...\n";
    return 2;
  }
  try {
    return run(wanted);
  } catch (const std::exception& problem) {
    std::cerr << "golden-replay: " << problem.what() << '\n';
    return 2;
  }
}
