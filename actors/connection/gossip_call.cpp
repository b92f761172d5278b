// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/gossip_call.hpp"

#include <utility>

#include "libkdb/wire/gossip.hpp"

namespace kdb::inline v0 {

std::unique_ptr<rpc::call> ask_for_gossip(const std::shared_ptr<rpc::transport>& node, std::chrono::milliseconds timeout,
                                          const own_credentials& client, gossip_handler done) {
  auto decoded = [node, done = std::move(done)](result<std::vector<std::string>> answers) {
    done(std::move(answers).and_then([](const std::vector<std::string>& all) {
      return all.empty() ? unexpected(errc::protocol_error, "the server did not name its cluster")
                         : wire::decode_gossip(all.front());
    }));
  };
  return node->exchange(gossip_method, wire::request_kind::read, {std::string{}},
                        {.deadline = timeout, .credentials = client.for_call({})}, std::move(decoded));
}

} // namespace kdb::inline v0
