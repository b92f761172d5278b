// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/append.hpp>
#include <kdb/event.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdbctl {

/// Appends that are sent one behind the other, without waiting for the answers in between. The server takes them in their order, which is
/// why the client does not repeat them: each would wait for its own turn. For one thread: handlers are called within `wait_until`.
class pipeline {
public:
  /// `timeout` bounds each request.
  static kdb::result<pipeline> connect(kdb::settings settings, std::chrono::milliseconds timeout);
  pipeline(pipeline&&) noexcept;
  pipeline& operator=(pipeline&&) noexcept;
  ~pipeline();

  void append(std::string stream, kdb::stream_state expected, std::vector<kdb::new_event> events,
              std::function<void(kdb::result<kdb::append_result>)> done);
  void current_version(std::string stream, std::function<void(kdb::result<std::optional<kdb::stream_revision>>)> done);

  std::size_t under_way() const;
  /// Waits until no more than `most` requests are under way.
  void wait_until(std::size_t most);

private:
  struct content;
  explicit pipeline(std::unique_ptr<content> all);
  std::unique_ptr<content> content_;
};

} // namespace kdbctl
