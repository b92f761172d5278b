// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/interruption.hpp"
#include "tools/kdbctl/program/operations.hpp"
#include "tools/kdbctl/program/output.hpp"
#include "tools/kdbctl/text/connection_choice.hpp"
#include "tools/kdbctl/text/exit_status.hpp"
#include "tools/kdbctl/text/listing.hpp"

#include <kdb/client.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kdbctl {

/// The options that every command has.
struct global_options {
  std::optional<std::string> connection{};
  std::optional<std::string> context{};
  std::optional<std::string> user{};
  std::optional<std::string> password_file{};
  bool credentials_in_clear = false;
  std::optional<std::chrono::milliseconds> timeout{};
  std::optional<std::uint32_t> retry{};
  std::optional<std::string> output{};
  bool quiet = false;
  bool verbose = false;
  /// For completion: asks nothing, and gives up soon.
  bool is_completing = false;
};

/// What a command works with: the connection, which is made when the first request needs it, and the output.
class session {
public:
  explicit session(const global_options& options);

  // -- Connection

  /// Where the connection comes from.
  kdb::result<connection_choice> connection() const;
  /// The settings of the client, with credentials. May ask for a password.
  kdb::result<kdb::settings> settings() const;
  /// The client. Its first request connects.
  kdb::result<kdb::client> client();
  /// "127.0.0.1:2113,127.0.0.1:2114": the nodes that the connection names.
  kdb::result<std::string> target() const;
  /// Bounds a request.
  std::chrono::milliseconds timeout() const {
    return options_.is_completing ? std::chrono::milliseconds{150} : options_.timeout.value_or(std::chrono::seconds{30});
  }

  /// Carries out an operation, bounded by the timeout.
  template <kdb::operation Request>
  kdb::outcome_of<Request> ask(Request request) {
    if (!detail::is_asked<Request>)
      return failed<Request>(kdb::error{.message = "the operation is not registered"});
    auto connected = client();
    if (!connected)
      return failed<Request>(connected.error());
    if constexpr (requires { request.options.call.deadline; })
      request.options.call.deadline = timeout();
    else if constexpr (requires { request.call.deadline; })
      request.call.deadline = timeout();
    return connected->ask(std::move(request));
  }

  // -- Output

  output& out() { return out_; }
  format form() const { return form_; }
  const style& look() const { return look_; }
  /// Writes an answer in the form that the user wants.
  ending show(const listing& answer);
  /// Says on standard error what was done, unless --quiet.
  void say(const std::string& line) const;
  bool is_quiet() const { return options_.quiet; }

  /// How a command ended that was interrupted, or whose reader has gone, or whose output could not be written; `done` says how far it
  /// came. Otherwise the error, as a partial success if something was done.
  ending broken_off(const std::string& done, bool something_done, const std::optional<kdb::error>& error) const;

private:
  template <class Request>
  static kdb::outcome_of<Request> failed(kdb::error error) {
    if constexpr (std::is_same_v<kdb::outcome_of<Request>, kdb::append_in_parts_result>)
      return {.stopped = std::move(error)};
    else
      return kdb::unexpected{std::move(error)};
  }
  kdb::result<std::optional<std::string>> given_password() const;

  global_options options_;
  format form_;
  style look_;
  output out_;
  std::optional<kdb::client> client_;
  /// What was typed: nobody is asked twice.
  mutable std::optional<std::string> typed_;
  mutable bool hinted_ = false;
  std::optional<interruption::handler> closing_;
};

} // namespace kdbctl
