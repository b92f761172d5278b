// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/record_proposal.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/streams/record_properties.hpp"
#include "devnode/services/streams/v2_errors.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

namespace kdb::inline v0::development {

std::optional<rpc::status> record_proposal::add(const kurrentdb::protocol::v2::streams::AppendRecord& record,
                                                std::size_t target) {
  auto metadata = record.has_schema() ? metadata_of(record) : std::nullopt;
  if (!metadata)
    return errors::handler_exception();
  auto id = record.has_record_id() ? parse_uuid(record.record_id()) : std::nullopt;
  if (!id)
    id = random_uuid();
  auto size = record.data().size() + metadata->size + record.schema().name().size();
  if (size > limits_.max_append_event_size) {
    auto name = record.has_record_id() ? record.record_id() : to_string(*id);
    return v2_errors::record_size_exceeded(proposed.targets[target].stream, name, size, limits_.max_append_event_size);
  }
  size_ += size;
  if (size_ > limits_.max_append_size)
    return v2_errors::transaction_size_exceeded(size_, limits_.max_append_size, proposed.entries.size() + 1);
  auto& text = metadata_.emplace_back(std::move(metadata->text));
  bool json = record.schema().format() == kurrentdb::protocol::v2::streams::SCHEMA_FORMAT_JSON;
  proposed.entries.push_back({target, {*id, record.schema().name(), json, record.data(), text}});
  return std::nullopt;
}

} // namespace kdb::inline v0::development
