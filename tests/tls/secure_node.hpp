// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "tests/fixtures/certificates.hpp"
#include "tests/fixtures/tls_front.hpp"
#include "tests/fixtures/wait.hpp"
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

namespace kdb::test {

/// A node behind a front of TLS, and the authority that signs its certificates.
struct secure_node {
  fixtures::identity authority = fixtures::make_authority();
  devnode node;
  fixtures::tls_front front{node.port(), greeting()};
  fixtures::scratch_folder files;

  fixtures::tls_front_options greeting(const fixtures::certificate_wish& wish = {}) const { return greeting(authority, wish); }
  static fixtures::tls_front_options greeting(const fixtures::identity& signer, const fixtures::certificate_wish& wish = {}) {
    auto made = fixtures::make_certificate(signer, wish);
    return {.certificates = std::move(made.certificate), .key = std::move(made.key)};
  }

  /// Trusts the authority; two attempts, so that failures come soon.
  settings client() const {
    settings how;
    how.endpoints = {{"localhost", front.port()}};
    how.tls.ca_pem = authority.certificate;
    how.max_discover_attempts = 2;
    how.discovery_interval = std::chrono::milliseconds{10};
    return how;
  }
};

/// What a client says, lines of the log and changes alike. Outlives the client.
class heard {
public:
  void attach(settings& how) {
    how.minimum_log_level = log_level::debug;
    how.log = [this](log_level, std::string_view line) { add(std::string{line}); };
    how.on_change = [this](const connection_change& what) { add(to_string(what)); };
  }
  void add(std::string line) {
    std::lock_guard lock{mutex_};
    lines_.push_back(std::move(line));
  }
  bool contains(std::string_view part) const {
    std::lock_guard lock{mutex_};
    for (const auto& each : lines_)
      if (each.find(part) != std::string::npos)
        return true;
    return false;
  }
  std::size_t size() const {
    std::lock_guard lock{mutex_};
    return lines_.size();
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The problem of an error about TLS. Throws if it is none.
inline tls_problem problem_of(const error& why) {
  const auto* detail = why.get<tls_failure>();
  if (why.code != errc::tls_failed || !detail)
    throw std::runtime_error{"no error about TLS: " + to_string(why)};
  return detail->problem;
}

} // namespace kdb::test
