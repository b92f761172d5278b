// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/metrics.hpp"

namespace kdb::inline v0::policy {

namespace {

/// In the order of `answer_kind`.
constexpr std::string_view answer_names[] = {"ack", "stale", "unknown", "park", "retry", "skip", "stop"};

} // namespace

std::string_view to_string(stream_kind kind) {
  switch (kind) {
    case stream_kind::read: return "read";
    case stream_kind::subscription: return "subscription";
    case stream_kind::consumer: return "consumer";
  }
  return "unknown";
}

answer_kind kind_of(const outcome& answer) {
  return answer.is_ack() ? answer_kind::ack
                         : static_cast<answer_kind>(static_cast<std::uint8_t>(answer_kind::unknown) +
                                                    static_cast<std::uint8_t>(answer.action()));
}

attribute_list attributes_of(metric_id id, std::uint8_t variant, std::optional<errc> cause) {
  attribute_list all;
  switch (id) {
    case metric_id::operation_duration: all.push_back({"db.system.name", "kurrentdb"}); [[fallthrough]];
    case metric_id::retries: all.push_back({"db.operation.name", to_string(static_cast<observed_operation>(variant))}); break;
    case metric_id::open_streams:
    case metric_id::delivered_batches:
    case metric_id::delivered_events:
    case metric_id::delivery_lag:
    case metric_id::subscriber_duration:
    case metric_id::resumes: all.push_back({"kurrentdb.stream.kind", to_string(static_cast<stream_kind>(variant))}); break;
    case metric_id::answers: all.push_back({"kurrentdb.answer", answer_names[variant]}); break;
    case metric_id::restarts: all.push_back({"kurrentdb.worker", worker_names[variant]}); break;
    default: break;
  }
  if (cause)
    all.push_back({"error.type", to_string(*cause)});
  return all;
}

} // namespace kdb::inline v0::policy
