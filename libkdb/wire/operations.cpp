#include "wire/operations.hpp"

#include "event_store/client/operations.pb.h"
#include "wire/parse_message.hpp"

namespace kdb::wire {

namespace v1 = event_store::client::operations;

std::string encode_start_scavenge(const scavenge_options& how) {
  v1::StartScavengeReq message;
  message.mutable_options()->set_thread_count(how.threads);
  message.mutable_options()->set_start_from_chunk(how.start_from_chunk);
  return message.SerializeAsString();
}

std::string encode_stop_scavenge(std::string_view id) {
  v1::StopScavengeReq message;
  message.mutable_options()->set_scavenge_id(std::string{id});
  return message.SerializeAsString();
}

std::string encode_node_priority(std::int32_t priority) {
  v1::SetNodePriorityReq message;
  message.set_priority(priority);
  return message.SerializeAsString();
}

result<scavenge_result> decode_scavenge(std::string_view message) {
  v1::ScavengeResp answer;
  if (!parse_message(answer, message))
    return failure(errc::protocol_error, "the server's answer about a scavenge can't be understood");
  switch (answer.scavenge_result()) {
    case v1::ScavengeResp::Started: return scavenge_result{answer.scavenge_id(), scavenge_state::started};
    case v1::ScavengeResp::InProgress: return scavenge_result{answer.scavenge_id(), scavenge_state::in_progress};
    case v1::ScavengeResp::Stopped: return scavenge_result{answer.scavenge_id(), scavenge_state::stopped};
    default: break;
  }
  return failure(errc::protocol_error, "the server's answer has an unknown state of a scavenge: " +
                                         std::to_string(static_cast<int>(answer.scavenge_result())));
}

} // namespace kdb::wire
