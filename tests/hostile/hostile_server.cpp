// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/hostile_server.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::hostile {

namespace {

constexpr std::string_view batch_append_method = "/event_store.client.streams.Streams/BatchAppend";
constexpr std::size_t most_unsent = 256 << 10;

/// SETTINGS: no header table, so that paths stay readable; 1000 streams; windows as large as they can be.
std::string greeting() {
  const auto setting = [](char name, std::uint32_t value) { return std::string{'\0', name} + big_endian(value); };
  return to_bytes({.type = frame_type::settings, .payload = setting(1, 0) + setting(3, 1000) + setting(4, 0x7fffffff)}) +
         to_bytes({.type = frame_type::window_update, .payload = big_endian(0x7fffffff - 65'535)});
}

} // namespace

hostile_server::hostile_server(const corpus& recorded, std::uint64_t seed, manners how)
  : recorded_{recorded}, any_{seed}, how_{how}, in_{recorded_, any_, {}} {
  // A few kinds at a time get further than all of them at once.
  for (auto kinds = 1 + any_.below(5); kinds > 0; --kinds)
    liked_.push_back(attacks()[any_.below(attacks().size())]);
  if (how_.floods)
    liked_.push_back(floods()[any_.below(floods().size())]);
  in_.ports = {port()};
  thread_ = std::thread{[this] { run(); }};
}

hostile_server::~hostile_server() {
  stop_ = true;
  thread_.join();
  for (const auto& [socket, ignored] : connections_)
    ::close(socket);
}

void hostile_server::set_ports(std::vector<std::uint16_t> all) {
  std::lock_guard lock{mutex_};
  in_.ports = std::move(all);
}

std::map<std::string, std::size_t> hostile_server::made() const {
  std::lock_guard lock{mutex_};
  return made_;
}

void hostile_server::run() {
  while (!stop_) {
    std::vector<pollfd> waiting{{listener_.socket(), POLLIN, 0}};
    {
      std::lock_guard lock{mutex_};
      for (const auto& [socket, each] : connections_) {
        produce(*each);
        waiting.push_back({socket, static_cast<short>(each->unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0});
      }
    }
    ::poll(waiting.data(), waiting.size(), 20);
    std::lock_guard lock{mutex_};
    for (const auto& each : waiting) {
      if (each.revents == 0)
        continue;
      if (each.fd == listener_.socket()) {
        if (const int socket = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); socket >= 0)
          connections_.emplace(socket, std::make_unique<connection>()).first->second->unsent =
            any_.one_in(50) ? any_.bytes(100) : greeting();
        continue;
      }
      auto& peer = *connections_.at(each.fd);
      if (((each.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !receive(each.fd, peer)) || !flush(each.fd, peer)) {
        ::close(each.fd);
        connections_.erase(each.fd);
      }
    }
  }
}

bool hostile_server::receive(int socket, connection& from) {
  char buffer[64 << 10];
  const auto got = ::recv(socket, buffer, sizeof buffer, 0);
  if (got <= 0)
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  from.unread.append(buffer, static_cast<std::size_t>(got));
  parse(from);
  return true;
}

bool hostile_server::flush(int socket, connection& to) {
  if (to.unsent.empty())
    return true;
  const auto sent = ::send(socket, to.unsent.data(), to.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0)
    return errno == EAGAIN || errno == EINTR;
  to.unsent.erase(0, static_cast<std::size_t>(sent));
  return true;
}

void hostile_server::parse(connection& from) {
  std::size_t at = 0;
  if (!from.greeted) {
    if (from.unread.size() < preface.size())
      return;
    from.greeted = true;
    at = preface.size();
  }
  while (const auto next = take_frame(from.unread, at))
    on_frame(from, *next);
  from.unread.erase(0, at);
}

void hostile_server::on_frame(connection& from, const frame& what) {
  switch (what.type) {
    case frame_type::headers: begin(from, what); break;
    case frame_type::data:
      if (const auto found = from.streams.find(what.stream); found != from.streams.end())
        on_data(found->second, what.payload);
      break;
    case frame_type::rst_stream: from.streams.erase(what.stream); break;
    case frame_type::settings:
      if ((what.flags & ack) == 0)
        on_settings(from, what.payload);
      break;
    case frame_type::ping:
      if ((what.flags & ack) == 0 && !any_.one_in(20))
        from.unsent += to_bytes({.type = frame_type::ping, .flags = ack, .payload = what.payload});
      break;
    case frame_type::window_update: {
      const auto more = static_cast<std::int64_t>(from_big_endian(what.payload));
      if (what.stream == 0)
        from.window += more;
      else if (const auto found = from.streams.find(what.stream); found != from.streams.end())
        found->second.window += more;
      break;
    }
    default: break;
  }
}

void hostile_server::on_settings(connection& from, const std::string& payload) {
  for (std::size_t i = 0; i + 6 <= payload.size(); i += 6)
    if (payload[i + 1] == 4) {
      const auto window = static_cast<std::int64_t>(from_big_endian(std::string_view{payload}.substr(i + 2, 4)));
      for (auto& [id, each] : from.streams)
        each.window += window - from.first_window;
      from.first_window = window;
    }
  from.unsent += to_bytes({.type = frame_type::settings, .flags = ack});
}

void hostile_server::begin(connection& from, const frame& what) {
  stream next;
  next.method = path_in(what.payload);
  next.window = from.first_window;
  const auto at_first = next.method.ends_with("GetSupportedMethods") || next.method.ends_with("Gossip/Read");
  const auto is_polite = any_.below(100) < (at_first ? how_.polite_at_first : how_.polite);
  next.what = is_polite ? polite(next.method, in_) : any_.of(liked_)(next.method, in_);
  if (next.method == batch_append_method && (is_polite || any_.one_in(2)))
    next.what = {.name = "replies to appends", .pieces = {headers()}}; // The rest comes with the appends.
  ++made_[next.what.name];
  from.streams.insert_or_assign(what.stream, std::move(next));
}

void hostile_server::on_data(stream& on, const std::string& bytes) {
  if (on.method != batch_append_method || on.over)
    return;
  on.incoming += bytes;
  while (on.incoming.size() >= 5) {
    const auto length = from_big_endian(std::string_view{on.incoming}.substr(1, 4));
    if (on.incoming.size() < 5 + length)
      return;
    const auto request = on.incoming.substr(5, length);
    on.incoming.erase(0, 5 + length);
    for (auto left = any_.one_in(8) ? any_.below(4) : 1; left > 0; --left)
      add_message(on.what.pieces, append_reply(request, in_));
    if (any_.one_in(30))
      on.what.pieces.push_back(any_.one_in(2) ? trailers() : trailers("99"));
  }
}

void hostile_server::produce(connection& to) {
  for (auto more = true; more && to.unsent.size() < most_unsent;) {
    more = false;
    for (auto& [id, each] : to.streams)
      more |= produce_one(to, id, each);
    std::erase_if(to.streams, [](const auto& each) {
      return each.second.over && each.second.what.pieces.empty() && !each.second.what.endless;
    });
  }
}

bool hostile_server::produce_one(connection& to, std::uint32_t id, stream& on) {
  auto& what = on.what;
  if (what.pieces.empty() && what.endless)
    what.pieces.push_back(what.endless());
  if (what.pieces.empty())
    return false;
  auto& next = what.pieces.front();
  const auto size = static_cast<std::int64_t>(next.payload.size());
  const auto counts = next.type == frame_type::data && !next.bare;
  if (counts && !what.defiant) {
    if (on.window < size || to.window < size)
      return false;
    on.window -= size;
    to.window -= size;
  }
  on.over |=
    !next.bare && (next.type == frame_type::rst_stream ||
                   ((next.type == frame_type::data || next.type == frame_type::headers) && (next.flags & end_stream) != 0));
  to.unsent += next.bare ? next.payload : to_bytes({next.type, next.flags, id, std::move(next.payload)});
  what.pieces.pop_front();
  return true;
}

} // namespace kdb::hostile
