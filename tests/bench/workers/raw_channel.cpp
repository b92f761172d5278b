// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/raw_channel.hpp"

#include "libkdb/rpc/channel_pool.hpp"

namespace kdb::bench {

namespace streams = event_store::client::streams;

std::shared_ptr<rpc::channel_pool> raw_channels(const std::string& target, const std::string& ca) {
  const auto colon = target.rfind(':');
  settings how;
  how.tls = {.enabled = !ca.empty(), .ca_file = ca};
  const endpoint where{target.substr(0, colon), static_cast<std::uint16_t>(std::stoul(target.substr(colon + 1)))};
  return std::make_shared<rpc::channel_pool>(rpc::address{.where = where}, how);
}

std::shared_ptr<grpc::Channel> raw_channel(const std::string& target, const std::string& ca) {
  const auto pool = raw_channels(target, ca);
  const auto lease = std::make_shared<rpc::channel_lease>(pool->lease());
  return {lease, lease->channel().get()};
}

streams::ReadReq read_request_for(const std::string& stream, std::uint64_t count) {
  streams::ReadReq request;
  auto& options = *request.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_stream()->mutable_start();
  options.set_count(count);
  options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_structured();
  return request;
}

streams::ReadReq subscription_request_for(const std::string& stream) {
  streams::ReadReq request;
  auto& options = *request.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_stream()->mutable_end();
  options.mutable_subscription();
  options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_structured();
  return request;
}

void fill_append(streams::BatchAppendReq& request, const std::string& stream, std::uint64_t number, const std::string& data,
                 std::size_t events) {
  // Spread over all bits, so that ids differ where maps look.
  auto spread = static_cast<std::int64_t>(number * 0x9e37'79b9'7f4a'7c15ull | 1);
  request.Clear();
  request.mutable_correlation_id()->mutable_structured()->set_most_significant_bits(spread);
  request.mutable_correlation_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(number));
  auto& options = *request.mutable_options();
  options.mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_any();
  options.mutable_deadline()->set_seconds(10);
  for (std::size_t i = 0; i < events; ++i) {
    auto& event = *request.add_proposed_messages();
    event.mutable_id()->mutable_structured()->set_most_significant_bits(spread);
    event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(number * 1'000 + i));
    (*event.mutable_metadata())["type"] = "order-placed";
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data(data);
  }
  request.set_is_final(true);
}

} // namespace kdb::bench
