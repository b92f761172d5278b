// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"

namespace kdbctl {

std::unique_ptr<definition> define_program(global_options& options) {
  auto program = std::make_unique<definition>("kdbctl", "command line client for the event database KurrentDB",
                                              "kdbctl dev --port 2113 &\n"
                                              "kdbctl append orders-1 --type order-placed --data '{\"sku\": 7}'\n"
                                              "kdbctl read orders-1");
  program->option("--connection,-c", "URI", options.connection, "The connection string, without a password.")
    .option("--context", "NAME", options.context, "The connection of that name; see `kdbctl context`.", subject::context)
    .option("--user,-u", "NAME", options.user,
            "Sends requests as this user. The password is read from --password-file, KDBCTL_PASSWORD, the context, or a prompt.",
            subject::user)
    .option("--password-file", "FILE", options.password_file, "The first line of the file is the password.", subject::file)
    .flag("--credentials-in-clear", options.credentials_in_clear, "Sends the password also without TLS.")
    .option("--timeout", "TIME", options.timeout,
            "For each request, such as 500ms or 2m; 30s by default. Of a read or a subscription it bounds the first answer.")
    .option("--retry", "N", options.retry, "How often requests are retried where that is safe.")
    .option("--output", "FORM", options.output, "The format of the output. By default table on a terminal, else ndjson.")
    .choices({"table", "json", "ndjson", "raw"})
    .flag("--quiet,-q", options.quiet, "No hints and messages, only errors.")
    .flag("--verbose,-v", options.verbose, "Shows the log of the client.");
  define_server(*program);
  define_append(*program);
  define_read(*program);
  define_follow(*program);
  define_stream(*program);
  define_group(*program);
  define_projection(*program);
  define_index(*program);
  define_user(*program);
  define_node(*program);
  define_export(*program);
  define_import(*program);
  define_bench(*program);
#ifdef KDBCTL_WITH_DEVNODE
  define_dev(*program);
#endif
  define_context(*program);
  define_shell(*program);
  return program;
}

} // namespace kdbctl
