// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "tests/fixtures/cluster.hpp"
#include <nlohmann/json.hpp>

#include "tests/golden/failover.hpp"
#include "tests/golden/generic_call.hpp"

namespace kdb::golden {

/// A cluster in the roles of a recording: the recorded leader leads, the recorded successor will be elected, what is read is written, and a node that returns
/// is gone.
struct stage {
  explicit stage(const nlohmann::json& recorded);

  bool cold() const { return script.at("nodes").contains("node0"); }
  connection connect(const std::string& role) const { return connection{nodes.address(roles.at(role))}; }

  /// Everything that the recorder did to the cluster, each followed by the time that it takes.
  void let_happen();

  const nlohmann::json& script;
  fixtures::cluster nodes;
  std::map<std::string, std::size_t> roles;
  names_by_port recorded_names;
  names_by_port names;

private:
  void prepare();
  void write_what_is_read();
  void create_groups(connection& leader);
};

} // namespace kdb::golden
