// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <event_store/client/streams.pb.h>

#include "tests/bench/workers/event_data.hpp"

namespace grpc {
class Channel;
}

namespace kdb::inline v0::rpc {
class channel_pool;
}

namespace kdb::bench {

/// The channels of libkdb to a server: a new one after so many calls.
std::shared_ptr<rpc::channel_pool> raw_channels(const std::string& target, const std::string& ca = {});

/// A channel as libkdb opens it, with the same arguments; over TLS if there is a file with the authority.
std::shared_ptr<grpc::Channel> raw_channel(const std::string& target, const std::string& ca = {});

/// A forward read of one stream from its start.
event_store::client::streams::ReadReq read_request_for(const std::string& stream, std::uint64_t count);

/// A catch-up subscription to one stream from its end.
event_store::client::streams::ReadReq subscription_request_for(const std::string& stream);

/// A one-part append of events with that data, any state expected; ids are made from `number`.
void fill_append(event_store::client::streams::BatchAppendReq& request, const std::string& stream, std::uint64_t number,
                 const std::string& data = event_data(), std::size_t events = 1);

} // namespace kdb::bench
