// SPDX-License-Identifier: Apache-2.0

// kdb-devnode: the development node, or a cluster of them, as a program.

#include "devnode/control.hpp"

#include "kdb/devcluster.hpp"
#include "kdb/devnode.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

constexpr std::string_view usage =
  R"(usage: kdb-devnode [--port N] [--db FILE [--sync full]] [--projections] [--projection-lag MS] [--no-user-indexes] [--auth | --tls FOLDER …]
       kdb-devnode --cluster N [--port N] [--read-only N] [--election MS] [--keep-events] [--cold-start] [--projections] [--projection-lag MS] [--no-user-indexes] [--auth | --tls FOLDER …]

Runs a KurrentDB-compatible node for development and tests on 127.0.0.1. TLS and authentication
are off by default. Keeps its events in memory, and with --db also in a file. Prints 127.0.0.1:PORT when it is ready.

  --port N   port to listen on; 0, the default, takes a free one
  --db FILE  SQLite database that keeps the events; answered writes survive kill -9
  --sync MODE
             normal, or full: answered writes also survive a power failure
  --projections
             runs the standard projections, which write links into $ce-…, $et-… and so on, and serves the management of projections
  --projection-lag MS
             the delay from the answer to an append until its links and its entries in indexes appear; 50 by default
  --no-user-indexes
             offers no user-defined indexes, like a server without secondary indexes
  --auth     callers must be users: admin and ops have the password changeit
  --tls FOLDER
             TLS, with authentication; makes ca.crt in the folder, unless it exists (clients must trust it), and
             node.crt and node.key for localhost, 127.0.0.1 and ::1
  --tls-name NAME
             one more name or address for that certificate
  --tls-certificate FILE --tls-key FILE
             TLS with a certificate of your own instead
  --tls-client-ca FILE
             clients must have a certificate from this CA
  --help     this text

A cluster prints 127.0.0.1:PORT,127.0.0.1:PORT,… and then reads commands from its standard input: "help" lists them.

  --cluster N
             number of nodes in this process, with ports from --port on
  --read-only N
             number of read-only replicas, with the next ports
  --election MS
             from the loss of a leader to its successor's first write; 1000 by default
  --keep-events
             a node that was killed still has its events when it starts again
  --cold-start
             begins without a leader
)";

struct settings {
  kdb::devnode_options node;
  kdb::devcluster_options cluster{.nodes = 0};
};

int refuse(std::string_view problem, std::string_view argument) {
  std::fprintf(stderr, "kdb-devnode: %.*s '%.*s'\n\n%.*s", static_cast<int>(problem.size()), problem.data(),
               static_cast<int>(argument.size()), argument.data(), static_cast<int>(usage.size()), usage.data());
  return 2;
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

// A small number that is not 0.
std::optional<std::uint16_t> parse_count(std::string_view text) {
  auto count = parse<std::uint16_t>(text);
  return count && *count > 0 && *count < 100 ? count : std::nullopt;
}

// Takes an option without a value; false if there is no such.
bool take(std::string_view option, settings& into) {
  if (option == "--projections")
    return into.node.projections = true;
  if (option == "--no-user-indexes")
    return !(into.node.user_indexes = false);
  if (option == "--auth")
    return into.node.authentication = true;
  if (option == "--keep-events")
    return into.cluster.keeps_events = true;
  return option == "--cold-start" && (into.cluster.cold_start = true);
}

bool takes_value(std::string_view option) {
  constexpr std::string_view known[] = {"--port",
                                        "--db",
                                        "--sync",
                                        "--cluster",
                                        "--read-only",
                                        "--election",
                                        "--tls",
                                        "--tls-name",
                                        "--tls-certificate",
                                        "--tls-key",
                                        "--tls-client-ca",
                                        "--projection-lag"};
  return std::ranges::find(known, option) != std::end(known);
}

// Where the value of an option of TLS goes; null for other options.
std::string* tls_text(std::string_view option, kdb::devnode_options& into) {
  if (option == "--tls")
    return &into.tls_folder;
  if (option == "--tls-certificate")
    return &into.tls_certificate;
  if (option == "--tls-key")
    return &into.tls_key;
  if (option == "--tls-client-ca")
    return &into.tls_client_ca;
  return option == "--tls-name" ? &into.tls_names.emplace_back() : nullptr;
}

// Takes the value of an option. Returns what is wrong with it, if anything is.
const char* take(std::string_view option, std::string_view value, settings& into) {
  if (option == "--port") {
    auto port = parse<std::uint16_t>(value);
    into.node.port = port.value_or(0);
    return port ? nullptr : "not a port between 0 and 65535:";
  }
  if (auto text = tls_text(option, into.node)) {
    *text = value;
    return value.empty() ? "not a name:" : nullptr;
  }
  if (option == "--db") {
    into.node.database = value;
    return value.empty() ? "not the name of a file:" : nullptr;
  }
  if (option == "--cluster" || option == "--read-only") {
    auto count = parse_count(value);
    (option == "--cluster" ? into.cluster.nodes : into.cluster.read_only_replicas) = count.value_or(0);
    return count ? nullptr : "not a number from 1 to 99:";
  }
  if (option == "--projection-lag") {
    auto time = parse<std::uint32_t>(value);
    into.node.projection_lag = std::chrono::milliseconds{time.value_or(0)};
    return time ? nullptr : "not a time in milliseconds:";
  }
  if (option == "--election") {
    auto time = parse<std::uint32_t>(value);
    into.cluster.election = std::chrono::milliseconds{time.value_or(0)};
    return time && *time > 0 ? nullptr : "not a time in milliseconds:";
  }
  into.node.sync_full = value == "full";
  return value == "full" || value == "normal" ? nullptr : "neither 'normal' nor 'full':";
}

void announce(bool keeps, const std::string& addresses) {
  std::fputs(keeps ? "kdb-devnode: for development and tests only\n"
                   : "kdb-devnode: for development and tests only; all events are gone when it stops\n",
             stderr);
  std::printf("%s\n", addresses.c_str());
  std::fflush(stdout);
}

// Runs until SIGINT or SIGTERM, which the caller has blocked for all threads.
int serve(const kdb::devnode_options& options, const sigset_t& signals) {
  kdb::devnode node{options};
  announce(!options.database.empty(), "127.0.0.1:" + std::to_string(node.port()));
  int received = 0;
  sigwait(&signals, &received);
  node.stop();
  return 0;
}

// A program in the background that reads from its terminal would be stopped.
bool may_read_input() {
  return isatty(STDIN_FILENO) == 0 || tcgetpgrp(STDIN_FILENO) == getpgrp();
}

// Answers the whole lines of `text` and leaves the rest.
void obey(kdb::devcluster& cluster, std::string& text) {
  for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    auto answer = kdb::control(cluster, std::string_view{text}.substr(0, end));
    std::fwrite(answer.data(), 1, answer.size(), stdout);
    std::fflush(stdout);
    text.erase(0, end + 1);
  }
}

int serve_cluster(const kdb::devcluster_options& options, const sigset_t& signals) {
  kdb::devcluster cluster{options};
  std::string addresses;
  for (std::size_t i = 0; i < cluster.size(); ++i)
    addresses += (i == 0 ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(cluster.port(i));
  announce(false, addresses);
  pollfd watched[] = {{signalfd(-1, &signals, SFD_CLOEXEC), POLLIN, 0}, {may_read_input() ? STDIN_FILENO : -1, POLLIN, 0}};
  std::string text;
  while (watched[0].revents == 0) {
    if (poll(watched, std::size(watched), -1) <= 0 || watched[1].revents == 0)
      continue;
    char bytes[4096];
    auto count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0)
      watched[1].fd = -1; // nobody has anything more to say
    else
      obey(cluster, text.append(bytes, static_cast<std::size_t>(count)));
    watched[1].revents = 0;
  }
  cluster.stop();
  return 0;
}

int serve(const settings& wanted, const sigset_t& signals) {
  if (wanted.cluster.nodes == 0)
    return serve(wanted.node, signals);
  auto options = wanted.cluster;
  options.port = wanted.node.port;
  options.node = wanted.node;
  return serve_cluster(options, signals);
}

} // namespace

int main(int argc, char** argv) {
  settings wanted;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help") {
      std::fwrite(usage.data(), 1, usage.size(), stdout);
      return 0;
    }
    if (take(argument, wanted))
      continue;
    if (!takes_value(argument))
      return refuse("unknown option", argument);
    if (++i == argc)
      return refuse("a value must follow", argument);
    if (auto problem = take(argument, argv[i], wanted))
      return refuse(problem, argv[i]);
  }
  if (wanted.cluster.nodes > 0 && !wanted.node.database.empty())
    return refuse("a cluster keeps its events in memory; leave out", "--db");
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    return serve(wanted, signals);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "kdb-devnode: %s\n", problem.what());
    return 1;
  }
}
