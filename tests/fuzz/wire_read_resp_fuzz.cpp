// SPDX-License-Identifier: Apache-2.0

// Any bytes as a read message: the batch builder accepts nothing that protobuf refuses, and understands what it accepts as protobuf does.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <google/protobuf/stubs/logging.h>

#include "tests/wire/read_resp_difference.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr); // One line for each text that is not UTF-8.
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message{reinterpret_cast<const char*>(data), size};
  if (const auto found = kdb::wire::test::read_resp_difference(message)) {
    std::fprintf(stderr, "difference: %s\n", found->c_str());
    std::abort();
  }
  return 0;
}
