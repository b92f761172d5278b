// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/command_tree.hpp"
#include "tools/kdbctl/text/help_text.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;

namespace {

using words = std::vector<std::string>;

const command_info program{
  .name = "kdbctl",
  .does = "a client",
  .options = {{.names = {"--connection", "-c"}, .value = "URI"},
              {.names = {"--output"}, .value = "FORM", .choices = {"json", "table"}},
              {.names = {"--context"}, .value = "NAME", .names_a = subject::context},
              {.names = {"--quiet", "-q"}}},
  .commands = {
    {.name = "read",
     .does = "Reads a stream.",
     .example = "kdbctl read a",
     .arguments = {{.name = "STREAM", .names_a = subject::stream}},
     .options = {{.names = {"--limit", "-n"}, .value = "N"}}},
    {.name = "group",
     .commands = {{.name = "list", .arguments = {{.name = "STREAM", .required = false, .names_a = subject::stream}}},
                  {.name = "show",
                   .arguments = {{.name = "STREAM", .names_a = subject::stream}, {.name = "GROUP", .names_a = subject::group}}}}},
    {.name = "export", .arguments = {{.name = "STREAM", .many = true, .names_a = subject::stream}}},
    {.name = "complete", .hidden = true}}};

struct unknown_row {
  words line;
  std::string said; ///< Empty: nothing is unknown.
};
std::ostream& operator<<(std::ostream& out, const unknown_row& row) {
  for (const auto& word : row.line)
    out << word << " ";
  return out;
}

struct completion_row {
  words line;
  words offered;
  subject asked = subject::other;
};
std::ostream& operator<<(std::ostream& out, const completion_row& row) {
  for (const auto& word : row.line)
    out << "'" << word << "' ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(commands_as_values)

const std::vector<unknown_row> unknown{{{"raed", "a"}, "there is no command 'raed'; did you mean 'read'?"},
                                       {{"group", "lst"}, "there is no command 'lst' of 'group'; did you mean 'list'?"},
                                       {{"read", "a", "--limt", "3"}, "there is no option '--limt'; did you mean '--limit'?"},
                                       {{"read", "a", "--limt=3"}, "there is no option '--limt'; did you mean '--limit'?"},
                                       {{"-c", "raed", "read", "--qiet"}, "there is no option '--qiet'; did you mean '--quiet'?"},
                                       {{"complet"}, "there is no command 'complet'"},
                                       {{"read", "-x"}, "there is no option '-x'"},
                                       {{"read", "--", "--limt"}, ""},
                                       {{"read", "a", "-n", "3"}, ""},
                                       {{"read", "a", "-n3"}, ""},
                                       {{"read", "-5"}, ""},
                                       {{"group"}, ""},
                                       {{"read", "a", "b"}, ""}};
BOOST_DATA_TEST_CASE(an_unknown_word_is_explained, data::make(unknown), row) {
  BOOST_TEST(explain_unknown(program, row.line).value_or("") == row.said);
}

const std::vector<completion_row> completions{{{""}, {"export", "group", "read"}},
                                              {{"r"}, {"read"}},
                                              {{"group", ""}, {"list", "show"}},
                                              {{"-c", "x", "gr"}, {"group"}},
                                              {{"read", "--l"}, {"--limit"}},
                                              {{"read", "--o"}, {"--output"}},
                                              {{"read", "--output", ""}, {"json", "table"}},
                                              {{"read", "--output", "t"}, {"table"}},
                                              {{"read", "--output=t"}, {"--output=table"}},
                                              {{"--context", "p"}, {}, subject::context},
                                              {{"read", "ord"}, {}, subject::stream},
                                              {{"read", "a", ""}, {}},
                                              {{"read", "--limit", "3", "ord"}, {}, subject::stream},
                                              {{"group", "show", "a", ""}, {}, subject::group},
                                              {{"export", "a", "b", ""}, {}, subject::stream},
                                              {{"read", "--limit", ""}, {}}};
BOOST_DATA_TEST_CASE(the_last_word_is_completed, data::make(completions), row) {
  const auto found = complete(program, row.line);
  BOOST_TEST(found.words == row.offered, boost::test_tools::per_element());
  BOOST_TEST((found.ask_for == row.asked));
}

BOOST_AUTO_TEST_CASE(a_group_is_completed_for_its_stream) {
  const auto found = complete(program, {"group", "show", "orders-1", "sh"});
  BOOST_TEST(found.arguments == words{"orders-1"}, boost::test_tools::per_element());
  BOOST_TEST(found.prefix == "sh");
}

BOOST_AUTO_TEST_CASE(help_shows_usage_options_and_an_example) {
  const auto text = help_text({&program, &program.commands[0]});
  for (const auto* part : {"Usage: kdbctl read STREAM [OPTIONS]", "Reads a stream.", "--limit, -n N", "--output FORM",
                           "One of json, table.", "  kdbctl read a\n"})
    BOOST_TEST(text.find(part) != text.npos, part << " is not in:\n" << text);
  BOOST_TEST(help_text({&program}).find("complete") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_is_wrapped_between_words) {
  BOOST_TEST(wrapped("aa bb cc", 2, 7) == "  aa bb\n  cc\n");
  BOOST_TEST(wrapped("", 0, 10) == "\n");
}

BOOST_AUTO_TEST_SUITE_END()
