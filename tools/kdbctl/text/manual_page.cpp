// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/command_tree.hpp"

// The manual page, written from the commands; what is not about one of them stands here.
namespace kdbctl {
namespace {

constexpr std::string_view introduction = R"(.SH DESCRIPTION
Reads, writes and manages the events of a KurrentDB server, formerly EventStoreDB, from the command line and in scripts.
Data go to standard output, and nothing else does; messages, hints and progress go to standard error.
.SS Connection
The server is named by
.BR \-\-connection ,
else by the context of
.BR \-\-context ,
else by the variable
.BR KURRENTDB_CONNECTION_STRING ,
else by the current context, else it is the local one, kurrentdb://localhost:2113?tls=false.
A password never stands on the command line: it is read from a file
.RB ( \-\-password\-file ),
from the variable
.BR KDBCTL_PASSWORD ,
from the context, or at a prompt.
.SS Output
.B table
is for people, and the default on a terminal.
.B ndjson
is one JSON object a line, and the default everywhere else.
.B json
is one JSON document.
.B raw
is the data of events, byte by byte, each with a line break after it; and of other answers the values, with tabs between them.
.SS Lines of events
.BR read ", " follow " and " export
write events as lines of NDJSON that
.BR append " and " import
read.
Their members are stream, revision, position (of reads of $all), created, type, id, contentType (if it is not application/json), data and metadata.
Data that are not JSON on one line are in dataText, and data that are not UTF-8 in dataBase64; metadata likewise.
)";

constexpr std::string_view conclusion = R"(.SH EXIT STATUS
.TP
.B 0
Success. A reader that closes the pipe early is no error.
.TP
.B 1
The server or the machine failed in another way than those below.
.TP
.B 2
Wrong usage, or a line of input that is wrong.
.TP
.B 3
Not found: a stream, group, user, projection, index or scavenge.
.TP
.B 4
Conflict: it exists already, or is not in the expected state.
.TP
.B 5
Denied: wrong credentials, or the user lacks the right.
.TP
.B 6
Unavailable: no usable node, or no answer in time.
.TP
.B 7
Partial: some of it is done, and the message says how much.
.TP
.B 130
Interrupted by SIGINT or SIGTERM; the message says how far it came.
.BR follow " and " dev
end with 0 then.
.SH ENVIRONMENT
.TP
.B KURRENTDB_CONNECTION_STRING
The connection string, unless the command line names a connection or a context.
.TP
.B KDBCTL_PASSWORD
The password of the user who asks.
.TP
.B KDBCTL_NEW_PASSWORD
The password to set, for user create, change\-password and reset\-password.
.TP
.B NO_COLOR
If it is set and not empty, there is no colour.
.TP
.B XDG_CONFIG_HOME
Where the folder kdbctl with the contexts is; ~/.config by default.
.SH FILES
.TP
.I ~/.config/kdbctl/contexts/NAME.json
A context. Only the user can read it.
.TP
.I FILE.checkpoint
How far an import or export of
.I FILE
has come. It resumes there.
.SH SEE ALSO
.BR kdb\-devnode (1)
)";

// Text of a page: a hyphen is typed as one, and a line does not begin with a control character.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else if (c == '\'')
      escaped += "\\(aq";
    else
      escaped += c;
  }
  if (escaped.starts_with('.'))
    escaped.insert(0, "\\&");
  return escaped;
}

std::string synopsis(const argument_info& one) {
  const auto name = "\\fI" + roff(one.name) + "\\fR" + (one.many ? " ..." : "");
  return one.required ? name : "[" + name + "]";
}

void describe(std::string& page, const option_info& option) {
  page += ".TP\n\\fB";
  for (std::size_t i = 0; i < option.names.size(); ++i)
    page += (i == 0 ? "" : "\\fR, \\fB") + roff(option.names[i]);
  page += "\\fR";
  if (!option.is_flag())
    page += " \\fI" + roff(option.value) + "\\fR";
  page += "\n" + roff(option.does);
  if (!option.choices.empty()) {
    page += "\nOne of";
    for (std::size_t i = 0; i < option.choices.size(); ++i)
      page += (i == 0 ? " " : ", ") + roff(option.choices[i]);
    page += ".";
  }
  page += "\n";
}

void describe(std::string& page, const command_info& command, const std::string& path) {
  if (command.hidden)
    return;
  if (!command.commands.empty()) {
    for (const auto& one : command.commands)
      describe(page, one, path + " " + one.name);
    return;
  }
  page += ".SS \"" + roff(path);
  for (const auto& one : command.arguments)
    page += " " + synopsis(one);
  page += "\"\n" + roff(command.does) + "\n";
  for (const auto& one : command.arguments)
    if (!one.does.empty())
      page += ".TP\n\\fI" + roff(one.name) + "\\fR\n" + roff(one.does) + "\n";
  for (const auto& one : command.options)
    describe(page, one);
  if (!command.example.empty())
    page += ".PP\nFor example:\n.PP\n.nf\n.RS 4\n" + roff(command.example) + "\n.RE\n.fi\n";
}

} // namespace

std::string manual_page(const command_info& program) {
  std::string page =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n.\\\" Written by `kdbctl manual`: change the commands, not this file.\n"
    ".TH KDBCTL 1 \"\" \"libkdb\" \"User Commands\"\n.SH NAME\nkdbctl \\- " +
    roff(program.does) + "\n.SH SYNOPSIS\n.B kdbctl\n.RI [ options ]\n.I command\n.RI [ arguments ]\n";
  page += introduction;
  page += ".SH OPTIONS\nThey may stand anywhere on the command line.\n";
  for (const auto& one : program.options)
    describe(page, one);
  page += ".TP\n\\fB\\-\\-help\\fR\nShows what a command does, its options, and an example.\n"
          ".TP\n\\fB\\-\\-version\\fR\nShows the version.\n.SH COMMANDS\n";
  for (const auto& one : program.commands)
    describe(page, one, one.name);
  page += conclusion;
  return page;
}

} // namespace kdbctl
