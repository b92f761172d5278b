// SPDX-License-Identifier: Apache-2.0
#include <kdb/checkpoint_store.hpp>

int main() {
  auto store = kdb::sqlite_checkpoint_store(":memory:");
  return store && (*store)->store("reader", kdb::stream_revision{7}) && (*store)->load("reader") ? 0 : 1;
}
