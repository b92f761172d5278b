// kdb_bench: measures libkdb. The same program is also each server and each worker, in a process of its own.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "servers/canned_server.hpp"
#include "servers/generic_server.hpp"
#include "workers/worker.hpp"

namespace {

int serve(int argc, char** argv) {
  using namespace kdb::bench;
  std::string_view kind = argv[0];
  if (kind == "canned") {
    canned_server_options options;
    if (argc > 1)
      options.events = std::strtoull(argv[1], nullptr, 10);
    if (argc > 2)
      options.messages_per_frame = std::strtoull(argv[2], nullptr, 10);
    return run_canned_server(options);
  }
  if (kind == "generic" && argc > 2)
    return run_generic_server(argv[1], argv[2], argc > 3);
  std::fprintf(stderr, "no server of kind %s\n", argv[0]);
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  using namespace kdb::bench;
  std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "serve" && argc > 2)
    return serve(argc - 2, argv + 2);
  if (command == "work" && argc > 2)
    return run_worker(argv[2], work_options::parse(argc - 3, argv + 3));
  return 2;
}
