// SPDX-License-Identifier: Apache-2.0
#include "tests/interop/interop_event.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace kdb::interop {

namespace {

constexpr auto binary_size = std::size_t{20};

uuid id_of(std::size_t n) {
  auto text = std::array<char, 37>{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012zx", n);
  return *parse_uuid(text.data());
}

std::string bytes_of(std::size_t n) {
  auto result = std::string{};
  for (auto i = std::size_t{0}; i < binary_size; ++i)
    result += static_cast<char>(static_cast<unsigned char>((n + i) % 256));
  return result;
}

bool is_recent(const recorded_event& event) {
  using namespace std::chrono_literals;
  auto age = std::chrono::system_clock::now() - event.created();
  return age > -1min && age < 1h;
}

} // namespace

// The JSON texts are those of JSON.stringify, so that they can be compared as they are.
new_event interop_event(std::size_t n, std::string_view by) {
  auto number = std::to_string(n);
  auto metadata = R"({"by":")" + std::string{by} + R"(","n":)" + number + "}";
  auto result = n % 2 == 0
                  ? new_event::json("interop-json", R"({"n":)" + number + R"(,"text":"Grüße )" + number + "\"}", metadata)
                  : new_event::binary("interop-binary", bytes_of(n), metadata);
  result.id = id_of(n);
  return result;
}

std::vector<new_event> interop_events(std::size_t count, std::string_view by) {
  auto result = std::vector<new_event>{};
  for (auto n = std::size_t{0}; n < count; ++n)
    result.push_back(interop_event(n, by));
  return result;
}

std::string complaint(const recorded_event& event, std::string_view stream, std::size_t n, std::string_view by) {
  auto wanted = interop_event(n, by);
  if (event.stream() != stream)
    return "stream " + std::string{event.stream()};
  if (event.revision().value != n)
    return "revision " + to_string(event.revision()) + " instead of " + std::to_string(n);
  if (event.id() != wanted.id)
    return "id " + to_string(event.id());
  if (event.type() != wanted.type || event.content_type() != wanted.content_type)
    return "type " + std::string{event.type()};
  if (event.data() != wanted.data)
    return "data of event " + std::to_string(n);
  if (event.metadata() != wanted.metadata)
    return "metadata " + std::string{event.metadata()};
  return is_recent(event) ? "" : "created time";
}

} // namespace kdb::interop
