// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/message.hpp"
#include "devnode/rpc/status.hpp"
#include "devnode/store/store.hpp"

#include <string_view>

namespace kdb::event_store::client::streams {
class BatchAppendReq;
}

namespace kdb::inline v0::development {

/// Answers to one append of a BatchAppend call. `first` is its first message, which has its stream and its id, and is on an arena: the answer is made
/// there, too.
rpc::outgoing batch_outcome(const event_store::client::streams::BatchAppendReq& first, expected_state expected,
                            const write_outcome& done);
rpc::outgoing batch_timeout(const event_store::client::streams::BatchAppendReq& first);
rpc::outgoing batch_bad_request(const event_store::client::streams::BatchAppendReq& first, std::string_view reason);

/// The node does not lead, and knows of nobody who does. With code 0, as a server has it.
rpc::outgoing batch_not_ready(const event_store::client::streams::BatchAppendReq& first);

/// The in-band form of an error that ends other calls.
rpc::outgoing batch_error(const event_store::client::streams::BatchAppendReq& first, const rpc::status& error);

} // namespace kdb::inline v0::development
