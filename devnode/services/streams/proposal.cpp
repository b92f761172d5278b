// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/proposal.hpp"

#include "devnode/services/errors.hpp"

namespace kdb::inline v0::development {
namespace {

// Length in UTF-16, which is how a server measures a type.
std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80)
      length += byte >= 0xf0 ? 2 : 1;
  }
  return length;
}

} // namespace

std::optional<rpc::status> proposal::add(const parts& event) {
  if (!event.type)
    return errors::missing_metadata_property("type");
  if (!event.content_type)
    return errors::missing_metadata_property("content-type");
  if (!event.id || event.id->nil() || event.type->empty())
    return errors::handler_exception();
  auto size = event.data.size() + event.custom_metadata.size() + 2 * utf16_length(*event.type);
  if (size > limits_.max_append_event_size)
    return errors::maximum_append_event_size_exceeded(*event.id, size, limits_.max_append_event_size);
  size_ += size;
  if (size_ > limits_.max_append_size)
    return errors::maximum_append_size_exceeded(limits_.max_append_size);
  events_.push_back({*event.id, *event.type, *event.content_type == "application/json", event.data, event.custom_metadata});
  return std::nullopt;
}

} // namespace kdb::inline v0::development
