// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

int main() {
  kdb::devnode node;
  auto db = kdb::client::connect(node.connection_string());
  return db && db->get_commit_position() ? 0 : 1;
}
