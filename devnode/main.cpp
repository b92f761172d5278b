// kdb-devnode: the development node as a program.

#include "kdb/devnode.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

namespace {

constexpr std::string_view usage = R"(usage: kdb-devnode [--port N] [--db FILE [--sync full]] [--projections]

Runs a KurrentDB-compatible node for development and tests on 127.0.0.1, without TLS and
authentication. Its events are in memory, and in a file if it has one. Prints 127.0.0.1:PORT when it is ready.

  --port N   port to listen on; 0, the default, takes a free one
  --db FILE  SQLite database that keeps the events; what was answered survives kill -9
  --sync MODE
             normal, or full: what was answered also survives the loss of power
  --projections
             has the system projections write links into $ce-…, $et-… and so on
  --help     this text
)";

int refuse(std::string_view problem, std::string_view argument) {
  std::fprintf(stderr, "kdb-devnode: %.*s '%.*s'\n\n%.*s", static_cast<int>(problem.size()), problem.data(),
               static_cast<int>(argument.size()), argument.data(), static_cast<int>(usage.size()), usage.data());
  return 2;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return port;
}

// Takes the value of an option. Returns what is wrong with it, if anything is.
const char* take(std::string_view option, std::string_view value, kdb::devnode_options& options) {
  if (option == "--port") {
    auto port = parse_port(value);
    options.port = port.value_or(0);
    return port ? nullptr : "not a port between 0 and 65535:";
  }
  if (option == "--db") {
    options.database = value;
    return value.empty() ? "not the name of a file:" : nullptr;
  }
  options.sync_full = value == "full";
  return value == "full" || value == "normal" ? nullptr : "neither 'normal' nor 'full':";
}

// Runs until SIGINT or SIGTERM, which the caller has blocked for all threads.
int serve(const kdb::devnode_options& options, const sigset_t& signals) {
  kdb::devnode node{options};
  std::fputs(options.database.empty() ? "kdb-devnode: for development and tests only; all events are gone when it stops\n"
                                      : "kdb-devnode: for development and tests only\n",
             stderr);
  std::printf("127.0.0.1:%u\n", static_cast<unsigned>(node.port()));
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  node.stop();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  kdb::devnode_options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help") {
      std::fwrite(usage.data(), 1, usage.size(), stdout);
      return 0;
    }
    if (argument == "--projections") {
      options.projections = true;
      continue;
    }
    bool known = argument == "--port" || argument == "--db" || argument == "--sync";
    if (!known)
      return refuse("unknown option", argument);
    if (++i == argc)
      return refuse("a value must follow", argument);
    if (auto problem = take(argument, argv[i], options))
      return refuse(problem, argv[i]);
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    return serve(options, signals);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "kdb-devnode: %s\n", problem.what());
    return 1;
  }
}
