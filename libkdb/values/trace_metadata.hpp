// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <kdb/span_context.hpp>

// The context of a span in the metadata of events, as the .NET, Java and Node clients write it.
namespace kdb::inline v0 {

inline constexpr std::string_view trace_id_key = "$traceId";
inline constexpr std::string_view span_id_key = "$spanId";

/// The metadata with the keys that they lack. The text of the host stays as it is, and the keys come last. Empty metadata become an object.
/// Nothing if there is nothing to add: both keys are there, or the metadata are no JSON object.
std::optional<std::string> with_span_context(std::string_view metadata, const span_context& context);

/// The context in the metadata, if they are a JSON object that has both keys.
std::optional<span_context> read_span_context(std::string_view metadata);

} // namespace kdb::inline v0
