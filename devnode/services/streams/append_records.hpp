// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// StreamsService.AppendRecords (v2): records of any streams, written together if all checks hold.
std::unique_ptr<rpc::handler> handle_append_records(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
