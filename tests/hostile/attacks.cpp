// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/attacks.hpp"

#include <array>
#include <memory>

#include "event_store/client/gossip.pb.h"
#include "event_store/client/persistent.pb.h"
#include "event_store/client/streams.pb.h"

namespace kdb::hostile {

namespace {

namespace gossip = event_store::client::gossip;
namespace streams = event_store::client::streams;

constexpr std::string_view gossip_method = "/event_store.client.gossip.Gossip/Read";

script named(const char* name) {
  script made;
  made.name = name;
  made.pieces.push_back(headers());
  return made;
}

// -- members of clusters -----------------------------------------------------------------

void add_member(gossip::ClusterInfo& to, const std::string& host, std::uint32_t port, int state) {
  auto& member = *to.add_members();
  member.mutable_instance_id()->set_string("00000000-0000-0000-0000-" + std::to_string(100'000'000'000 + to.members_size()));
  member.set_state(static_cast<gossip::MemberInfo::VNodeState>(state));
  member.set_is_alive(true);
  member.mutable_http_end_point()->set_address(host);
  member.mutable_http_end_point()->set_port(port);
}

constexpr int leader_state = 8, follower_state = 6;

std::string polite_gossip(const surroundings& in) {
  gossip::ClusterInfo all;
  for (const auto port : in.ports)
    add_member(all, "127.0.0.1", port, all.members_size() == 0 ? leader_state : follower_state);
  return all.SerializeAsString();
}

/// Names and ports that lead nowhere, and never off this machine.
std::string absurd_gossip(surroundings& in) {
  static const std::array<std::string, 9> hosts{
    "", "127.0.0.1", "127.255.255.254", "[::1", "::", "0.0.0.0", "127.0.0.1:1", "a b", std::string(70'000, '!')};
  static constexpr std::array<std::uint32_t, 5> ports{0, 70'000, 4'294'967'295, 1, 65'535};
  gossip::ClusterInfo all;
  const auto count = in.any.one_in(8) ? 100'000 : in.any.below(30);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& host = count > 1000 ? hosts[1] : in.any.of(hosts);
    const auto port = in.any.one_in(2) ? in.any.of(ports) : std::uint32_t{in.any.of(in.ports)};
    add_member(all, host, port, static_cast<int>(in.any.below(18)));
  }
  // The same node under several names.
  add_member(all, "127.0.0.2", in.any.of(in.ports), leader_state);
  add_member(all, "127.0.0.3", in.any.of(in.ports), leader_state);
  return all.SerializeAsString();
}

bool is_on_this_machine(const std::string& reply) {
  gossip::ClusterInfo all;
  if (!all.ParseFromString(reply))
    return true;
  for (const auto& member : all.members())
    if (member.http_end_point().address().rfind("127.", 0) != 0)
      return false;
  return true;
}

/// Something a server might answer.
std::string reply_to(const std::string& method, surroundings& in) {
  return method == gossip_method ? polite_gossip(in) : in.recorded.reply(method, in.any);
}

std::string mutated_reply(const std::string& method, surroundings& in) {
  auto reply = mutated(reply_to(method, in), in.any);
  if (method == gossip_method && !is_on_this_machine(reply))
    return reply.substr(0, in.any.below(reply.size() + 1));
  return reply;
}

// -- messages ------------------------------------------------------------------------------

script random_messages(const std::string&, surroundings& in) {
  auto made = named("random messages");
  for (auto left = 1 + in.any.below(4); left > 0; --left)
    add_message(made.pieces, in.any.bytes(200));
  made.pieces.push_back(trailers());
  return made;
}

script mutated_replies(const std::string& method, surroundings& in) {
  auto made = named("mutated replies");
  for (auto left = 1 + in.any.below(20); left > 0; --left)
    add_message(made.pieces, in.any.one_in(3) ? reply_to(method, in) : mutated_reply(method, in));
  if (!in.any.one_in(4))
    made.pieces.push_back(trailers());
  return made;
}

script texts_without_utf8(const std::string& method, surroundings& in) {
  auto made = named("texts without UTF-8");
  for (auto left = 1 + in.any.below(4); left > 0; --left)
    add_message(made.pieces, broken_texts(reply_to(method, in)));
  made.pieces.push_back(trailers("2", "\xff\xfe %ff%zz%", header("exception", "\xff") + header("stream-name", "\xff\xff")));
  return made;
}

script announced_too_large(const std::string&, surroundings& in) {
  static constexpr std::array<std::uint32_t, 4> lengths{(17u << 20) + 1, 100u << 20, 0x7fffffff, 0xffffffff};
  auto made = named("a message announced too large");
  made.pieces.push_back({.payload = announcement(in.any.of(lengths))});
  if (in.any.one_in(2))
    made.endless = [] { return piece{.payload = std::string(largest_payload, 'x')}; };
  return made;
}

script wrong_compression(const std::string& method, surroundings& in) {
  auto made = named("wrong compression");
  if (in.any.one_in(2))
    made.pieces.front().payload += header("grpc-encoding", in.any.one_in(2) ? "gzip" : "nonsense");
  static constexpr std::array<std::uint8_t, 4> flags{1, 2, 7, 255};
  add_message(made.pieces, reply_to(method, in), in.any.of(flags));
  made.pieces.push_back(trailers());
  return made;
}

// -- without end -----------------------------------------------------------------------------

script endless_replies(const std::string& method, surroundings& in) {
  auto made = named("replies without end");
  auto reply = message(reply_to(method, in));
  if (reply.size() > largest_payload)
    reply = message("");
  std::string many;
  while (many.size() + reply.size() <= largest_payload)
    many += reply;
  made.endless = [many] { return piece{.payload = many}; };
  made.defiant = in.any.one_in(6);
  return made;
}

script endless_signs(const std::string&, surroundings& in) {
  auto made = named("signs without end");
  streams::ReadResp reply;
  switch (in.any.below(5)) {
    case 3: reply.set_first_stream_position(1); break;
    case 0: reply.mutable_caught_up()->mutable_position()->set_commit_position(1); break;
    case 1: reply.mutable_checkpoint()->set_commit_position(1); break;
    case 2: reply.mutable_confirmation()->set_subscription_id("00000000-0000-0000-0000-000000000001"); break;
    default: break; // An empty message.
  }
  made.endless = [one = message(reply.SerializeAsString())] { return piece{.payload = one}; };
  return made;
}

script endless_large_events(const std::string& method, surroundings&) {
  auto made = named("large events without end");
  event_store::client::persistent_subscriptions::ReadResp reply; // Events read the same in both services.
  auto& event = *reply.mutable_event()->mutable_event();
  event.mutable_id()->set_string("00000000-0000-0000-0000-000000000001");
  event.mutable_stream_identifier()->set_stream_name("s");
  (*event.mutable_metadata())["type"] = "t";
  (*event.mutable_metadata())["created"] = "1";
  (*event.mutable_metadata())["content-type"] = "application/json";
  event.set_data(std::string(1 << 20, 'x'));
  if (method.find("PersistentSubscriptions") != method.npos) {
    event_store::client::persistent_subscriptions::ReadResp confirmation;
    confirmation.mutable_subscription_confirmation()->set_subscription_id("s::g");
    add_message(made.pieces, confirmation.SerializeAsString());
  }
  auto parts = std::make_shared<std::deque<piece>>();
  made.endless = [parts, body = reply.SerializeAsString()] {
    if (parts->empty())
      add_message(*parts, body);
    auto next = std::move(parts->front());
    parts->pop_front();
    return next;
  };
  return made;
}

script endless_headers(const std::string&, surroundings& in) {
  script made{.name = "headers without end"};
  made.pieces.push_back({.type = frame_type::headers, .payload = header(":status", "200")});
  made.endless = [size = in.any.below(2000)] {
    return piece{.type = frame_type::continuation, .payload = header("x-more", std::string(size, 'x'))};
  };
  return made;
}

script endless_trailers(const std::string& method, surroundings& in) {
  auto made = named("trailers without end");
  add_message(made.pieces, reply_to(method, in));
  made.pieces.push_back({.type = frame_type::headers, .flags = end_stream, .payload = header("grpc-status", "0")});
  made.endless = [] { return piece{.type = frame_type::continuation, .payload = header("x-more", std::string(1000, 'x'))}; };
  return made;
}

script endless_pings(const std::string&, surroundings& in) {
  auto made = named("pings and settings without end");
  made.endless = [settings = in.any.one_in(2)] {
    const auto one = settings ? frame{.type = frame_type::settings} : frame{.type = frame_type::ping, .payload = "12345678"};
    return piece{.payload = to_bytes(one), .bare = true};
  };
  return made;
}

// -- ends --------------------------------------------------------------------------------------

script large_trailers(const std::string& method, surroundings& in) {
  auto made = named("large trailers");
  add_message(made.pieces, reply_to(method, in));
  made.pieces.push_back({.type = frame_type::headers, .flags = end_stream, .payload = header("grpc-status", "0")});
  const auto size = in.any.one_in(2) ? 0 : 10'000;
  for (int i = 0; i < 100; ++i)
    made.pieces.push_back(
      {.type = frame_type::continuation, .payload = header("x-" + std::to_string(i), std::string(size, 'x'))});
  made.pieces.push_back({.type = frame_type::continuation, .flags = end_headers});
  return made;
}

script odd_status(const std::string& method, surroundings& in) {
  static const std::array<std::string, 10> statuses{"17", "99", "-1", "4294967296", "abc", "", "0", "16", "2", "14"};
  static const std::array<std::string, 19> exceptions{"access-denied",
                                                      "not-leader",
                                                      "stream-deleted",
                                                      "stream-not-found",
                                                      "wrong-expected-version",
                                                      "invalid-transaction",
                                                      "maximum-append-size-exceeded",
                                                      "maximum-append-event-size-exceeded",
                                                      "missing-required-metadata-property",
                                                      "index-not-found",
                                                      "persistent-subscription-failed",
                                                      "persistent-subscription-does-not-exist",
                                                      "persistent-subscription-exists",
                                                      "maximum-subscribers-reached",
                                                      "persistent-subscription-dropped",
                                                      "user-not-found",
                                                      "user-conflict",
                                                      "scavenge-not-found",
                                                      "something-new"};
  static const std::array<std::string, 6> values{"", "99999999999999999999", "-5", "\xff", "{\"mostSignificantBits\":", "s"};
  auto made = named("odd status");
  if (in.any.one_in(2))
    add_message(made.pieces, reply_to(method, in));
  std::string others;
  if (in.any.one_in(2)) {
    others = header("exception", in.any.of(exceptions));
    for (const auto* name : {"stream-name", "expected-version", "actual-version", "maximum-append-size", "event-id", "login-name",
                             "group-name", "proposed-append-event-size"})
      if (in.any.one_in(2))
        others += header(name, in.any.of(values));
  }
  if (in.any.one_in(3))
    others += header("grpc-status-details-bin", in.any.one_in(2) ? in.any.bytes(100) : "CAkSAXg=");
  made.pieces.push_back(trailers(in.any.of(statuses), in.any.one_in(2) ? in.any.bytes(50) : "text", others));
  return made;
}

script trailers_twice(const std::string& method, surroundings& in) {
  auto made = named("trailers twice");
  add_message(made.pieces, reply_to(method, in));
  made.pieces.push_back(trailers());
  made.pieces.push_back(trailers("5"));
  add_message(made.pieces, reply_to(method, in));
  return made;
}

script no_trailers(const std::string& method, surroundings& in) {
  auto made = named("no trailers");
  add_message(made.pieces, reply_to(method, in));
  if (in.any.one_in(2))
    made.pieces.back().flags = end_stream;
  else
    made.pieces.push_back({.type = frame_type::rst_stream, .payload = big_endian(static_cast<std::uint32_t>(in.any.below(20)))});
  return made;
}

script goes_away(const std::string& method, surroundings& in) {
  auto made = named("goes away");
  if (in.any.one_in(2))
    add_message(made.pieces, reply_to(method, in));
  const auto last = in.any.one_in(2) ? 0 : static_cast<std::uint32_t>(in.any.number() & 0x7fffffff);
  const frame away{.type = frame_type::goaway,
                   .payload = big_endian(last) + big_endian(static_cast<std::uint32_t>(in.any.below(15))) + in.any.bytes(20)};
  made.pieces.push_back({.payload = to_bytes(away), .bare = true});
  return made;
}

script broken_frames(const std::string&, surroundings& in) {
  auto made = named("broken frames");
  for (auto left = 1 + in.any.below(5); left > 0; --left)
    made.pieces.push_back({.payload = in.any.bytes(100), .bare = true});
  return made;
}

script web_page(const std::string&, surroundings& in) {
  script made{.name = "a web page"};
  static const std::array<std::string, 5> statuses{"404", "503", "100", "xyz", "200"};
  made.pieces.push_back({.type = frame_type::headers,
                         .flags = end_headers,
                         .payload = header(":status", in.any.of(statuses)) + header("content-type", "text/html")});
  made.pieces.push_back({.flags = end_stream, .payload = "<html>no</html>"});
  return made;
}

script silence(const std::string&, surroundings& in) {
  return in.any.one_in(2) ? named("silence after the headers") : script{.name = "silence"};
}

script redirect(const std::string&, surroundings& in) {
  auto made = named("redirect");
  static const std::array<std::string, 5> hosts{"127.0.0.1", "127.0.0.2", "", "0.0.0.0", "[::"};
  static const std::array<std::string, 4> nowhere{"0", "70000", "-1", "x"};
  const auto port = in.any.one_in(4) ? in.any.of(nowhere) : std::to_string(in.any.of(in.ports));
  made.pieces.push_back(trailers("5", "Leader info available",
                                 header("exception", "not-leader") + header("leader-endpoint-host", in.any.of(hosts)) +
                                   header("leader-endpoint-port", port)));
  return made;
}

script absurd_members(const std::string&, surroundings& in) {
  auto made = named("absurd gossip");
  add_message(made.pieces, absurd_gossip(in));
  made.pieces.push_back(trailers());
  return made;
}

} // namespace

piece headers() {
  return {.type = frame_type::headers,
          .flags = end_headers,
          .payload = header(":status", "200") + header("content-type", "application/grpc")};
}

piece trailers(std::string status, std::string message, std::string others) {
  return {.type = frame_type::headers,
          .flags = end_headers | end_stream,
          .payload = header("grpc-status", status) + header("grpc-message", message) + others};
}

void add_message(std::deque<piece>& to, std::string_view body, std::uint8_t compressed) {
  const auto all = message(body, compressed);
  for (std::size_t at = 0; at < all.size(); at += largest_payload)
    to.push_back({.payload = all.substr(at, largest_payload)});
}

script polite(const std::string& method, surroundings& in) {
  auto made = named("polite");
  const auto is_stream = method.ends_with("/Read") && method != gossip_method;
  for (auto left = is_stream ? 1 + in.any.below(10) : 1; left > 0; --left)
    add_message(made.pieces, reply_to(method, in));
  if (!is_stream || in.any.one_in(2))
    made.pieces.push_back(trailers());
  return made;
}

const std::vector<attack>& attacks() {
  static const std::vector<attack> all{random_messages,   mutated_replies, texts_without_utf8,   announced_too_large,
                                       wrong_compression, endless_replies, endless_signs,        endless_pings,
                                       large_trailers,    odd_status,      endless_large_events, trailers_twice,
                                       no_trailers,       goes_away,       broken_frames,        web_page,
                                       silence,           redirect,        absurd_members};
  return all;
}

const std::vector<attack>& floods() {
  static const std::vector<attack> all{endless_headers, endless_trailers};
  return all;
}

std::string append_reply(const std::string& request, surroundings& in) {
  streams::BatchAppendReq asked;
  asked.ParseFromString(request);
  streams::BatchAppendResp reply;
  *reply.mutable_correlation_id() = asked.correlation_id();
  if (in.any.one_in(10))
    reply.mutable_correlation_id()->set_string("00000000-0000-0000-0000-000000000001");
  if (in.any.one_in(4)) {
    reply.mutable_error()->set_code(static_cast<int>(in.any.below(40)));
    reply.mutable_error()->set_message(in.any.bytes(20));
    auto& detail = *reply.mutable_error()->add_details();
    detail.set_type_url("type.googleapis.com/event_store.client.WrongExpectedVersion");
    detail.set_value(in.any.bytes(20));
  } else {
    reply.mutable_success()->set_current_revision(in.any.number());
    reply.mutable_success()->mutable_position()->set_commit_position(in.any.number());
  }
  auto bytes = reply.SerializePartialAsString();
  return in.any.one_in(3) ? mutated(std::move(bytes), in.any) : bytes;
}

} // namespace kdb::hostile
