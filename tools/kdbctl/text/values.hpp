// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/listing.hpp"

#include <kdb/cluster.hpp>
#include <kdb/groups.hpp>
#include <kdb/indexes.hpp>
#include <kdb/operations.hpp>
#include <kdb/projections.hpp>
#include <kdb/stream_metadata.hpp>
#include <kdb/users.hpp>

#include <string>
#include <string_view>
#include <vector>

// Answers of the library as listings. Names of members are documented and stable.
namespace kdbctl {

json json_of(const kdb::group_info& group);
json json_of(const kdb::user_details& user);
json json_of(const kdb::projection_statistics& projection);
json json_of(const kdb::index_info& index);
json json_of(const kdb::cluster_member& member);
json json_of(const kdb::stream_metadata& metadata);

listing listing_of(const std::vector<kdb::group_info>& groups);
listing listing_of(const std::vector<kdb::user_details>& users);
listing listing_of(const std::vector<kdb::projection_statistics>& projections);
listing listing_of(const std::vector<kdb::index_info>& indexes);
listing listing_of(const std::vector<kdb::cluster_member>& members);

/// "Started" and so on.
std::string_view to_text(kdb::scavenge_state state);

/// The settings with the changes made to them.
kdb::group_settings changed(kdb::group_settings settings, const kdb::group_changes& changes);

} // namespace kdbctl
