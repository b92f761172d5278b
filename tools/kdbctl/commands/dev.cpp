// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"

#include <kdb/devcluster.hpp>
#include <kdb/devnode.hpp>

#include <exception>

namespace kdbctl {
namespace {

struct dev_arguments {
  std::uint16_t port = 2113;
  std::uint32_t cluster = 0;
  std::string database{};
  std::string tls{};
  bool authentication = false;
  bool projections = false;
};

// The connection string is the answer: programs wait for it. It has no password, so that it can be used as it is.
ending announce(session& with, const std::string& connection, bool has_users) {
  auto shown = connection;
  if (const auto at = shown.rfind('@'); at != shown.npos)
    shown.erase(shown.find("://") + 3, at - shown.find("://") - 2);
  with.out().write(with.form() == format::table || with.form() == format::raw ? shown + "\n"
                                                                              : json{{"connection", shown}}.dump() + "\n");
  with.out().flush();
  with.say("for development and tests only; ^C ends it");
  if (has_users)
    with.say("the users admin and ops have the password changeit: KDBCTL_PASSWORD=changeit kdbctl --user admin --connection '" +
             shown + "' …");
  return {};
}

ending dev(session& with, const dev_arguments& given) {
  if (given.cluster > 0 && !given.database.empty())
    return misuse("a cluster keeps its events in memory: leave out --db");
  const auto has_users = given.authentication || !given.tls.empty();
  const kdb::devnode_options options{.port = given.port,
                                     .database = given.database,
                                     .projections = given.projections,
                                     .authentication = given.authentication,
                                     .tls_folder = given.tls};
  try {
    if (given.cluster > 0) {
      const kdb::devcluster_options nodes{.nodes = given.cluster, .port = given.port, .node = options};
      kdb::devcluster cluster{nodes};
      announce(with, cluster.connection_string(), has_users);
      interruption::wait();
      return {};
    }
    kdb::devnode node{options};
    announce(with, node.connection_string(), has_users);
    interruption::wait();
    return {};
  } catch (const std::exception& problem) {
    return {exit_status::failure, problem.what(), "--port 0 takes a free port."};
  }
}

} // namespace

void define_dev(definition& program) {
  const auto given = std::make_shared<dev_arguments>();
  program
    .command("dev",
             "Runs a node for development and tests, or a cluster of them, on 127.0.0.1, until it is interrupted. Prints the "
             "connection string when it is ready.",
             "kdbctl dev\n"
             "kdbctl dev --cluster 3 --port 0\n"
             "kdbctl dev --db events.db --tls certs")
    .option("--port,-p", "N", given->port,
            "The port, 2113 by default; 0 takes a free one. Nodes of a cluster have the ports behind it.")
    .option("--cluster", "N", given->cluster, "The number of nodes; must be odd.")
    .option("--db", "FILE", given->database, "Keeps the events in this SQLite file.", subject::file)
    .flag("--auth", given->authentication, "Callers have to be users: admin and ops have the password changeit.")
    .option("--tls", "FOLDER", given->tls, "TLS, with users. Certificates are made in the folder; clients trust its ca.crt.",
            subject::file)
    .flag("--projections", given->projections, "Runs the standard projections.")
    .runs([given](session& with) { return dev(with, *given); });
}

} // namespace kdbctl
