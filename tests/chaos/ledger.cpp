// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/ledger.hpp"

#include <iostream>

namespace kdb::chaos {

namespace {

/// What nodes that fail may cause.
bool is_explained(const error& why) {
  switch (why.code) {
    case errc::stream_not_found: // A reader may come before the first append.
    case errc::not_leader:
    case errc::not_ready:
    case errc::too_busy:
    case errc::server_timeout:
    case errc::server_stopping:
    case errc::unavailable:
    case errc::discovery_failed:
    case errc::deadline_exceeded:
    case errc::closed:
    case errc::cancelled: return true;
    case errc::server_error: return why.message.find("Exception was thrown by handler") != std::string::npos; // Nodes that stop.
    default: return false;
  }
}

} // namespace

void operation::succeeded() {
  ++book_.succeeded_;
  end();
}

void operation::failed(const error& why) {
  {
    std::lock_guard lock{book_.mutex_};
    ++book_.failures_[why.code];
  }
  if (!is_explained(why))
    book_.finding(what_ + " failed without a reason that a fault explains: " + to_string(why));
  if (why.message.empty())
    book_.finding(what_ + " failed without a message");
  end();
}

void operation::end() {
  if (ends_++ > 0)
    book_.finding(what_ + " ended twice");
  else
    ++book_.ended_;
}

std::shared_ptr<operation> ledger::begin(std::string what) {
  ++begun_;
  return std::make_shared<operation>(*this, std::move(what));
}

void ledger::finding(std::string what) {
  std::lock_guard lock{mutex_};
  if (findings_.size() < 100) {
    std::cerr << "FINDING: " << what << std::endl;
    findings_.push_back(std::move(what));
  }
}

std::vector<std::string> ledger::findings() const {
  std::lock_guard lock{mutex_};
  return findings_;
}

std::string ledger::failures() const {
  std::lock_guard lock{mutex_};
  std::string text;
  for (const auto& [code, count] : failures_)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string{to_string(code)};
  return text.empty() ? "none" : text;
}

} // namespace kdb::chaos
