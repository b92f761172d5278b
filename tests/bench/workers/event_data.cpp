// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/event_data.hpp"

namespace kdb::bench {

const std::string& event_data() {
  static const std::string data = event_data(256);
  return data;
}

std::string event_data(std::size_t size) {
  std::string text = R"({"order":1000000,"customer":"c-4711","note":")";
  text.append(size > text.size() + 2 ? size - text.size() - 2 : 0, 'x');
  return text + "\"}";
}

} // namespace kdb::bench
