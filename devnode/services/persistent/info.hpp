// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kdb::event_store::client::persistent_subscriptions {
class SubscriptionInfo;
}

namespace kdb::inline v0::development {

class running_group;

/// Tells all about a group.
void describe_group(running_group& group, event_store::client::persistent_subscriptions::SubscriptionInfo& into);

} // namespace kdb::inline v0::development
