// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/handler_process.hpp"
#include "tools/kdbctl/program/parser.hpp"
#include "tools/kdbctl/text/command_tree.hpp"

#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>

using namespace kdbctl;

namespace {

const std::set<std::string_view> operations{
#define KDBCTL_X(request) #request,
  KDB_OPERATIONS(KDBCTL_X)
#undef KDBCTL_X
};

void each_command(const command_info& in, const std::function<void(const command_info&)>& look) {
  for (const auto& one : in.commands) {
    look(one);
    each_command(one, look);
  }
}

struct program_fixture {
  global_options options;
  std::unique_ptr<definition> program = define_program(options);
  command_info info = program->info();

  parsed_line parse(std::vector<std::string> words) { return kdbctl::parse(*program, words); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(commands, program_fixture)

BOOST_AUTO_TEST_CASE(every_operation_of_the_library_has_a_command) {
  std::set<std::string_view> named;
  each_command(info, [&](const command_info& one) { named.insert(one.operations.begin(), one.operations.end()); });
  BOOST_TEST(named == operations, boost::test_tools::per_element());
}

// Commands can't name an operation and then not ask for it: the program would have no code for it.
BOOST_AUTO_TEST_CASE(every_operation_of_the_library_is_asked_for) {
  BOOST_TEST(asked_operations() == operations, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_command_says_what_it_does_and_shows_an_example) {
  each_command(info, [&](const command_info& one) {
    BOOST_TEST(!one.does.empty(), one.name);
    if (one.commands.empty() && !one.hidden)
      BOOST_TEST(one.example.find("kdbctl") != std::string::npos, one.name);
    for (const auto& option : one.options)
      BOOST_TEST(!option.does.empty(), one.name << " " << option.names.front());
  });
}

BOOST_AUTO_TEST_CASE(the_manual_page_is_that_of_the_commands) {
  std::ifstream file{KDBCTL_MANUAL};
  std::stringstream text;
  text << file.rdbuf();
  BOOST_TEST((text.str() == manual_page(info)), "write it again: kdbctl manual > tools/kdbctl/kdbctl.1");
}

BOOST_AUTO_TEST_CASE(options_may_stand_before_and_behind_the_command) {
  BOOST_TEST(parse({"--output", "json", "read", "orders-1"}).command != nullptr);
  BOOST_TEST(options.output.value() == "json");
  BOOST_TEST(parse({"read", "orders-1", "--output=raw", "-c", "kurrentdb://a"}).command != nullptr);
  BOOST_TEST(options.output.value() == "raw");
  BOOST_TEST(options.connection.value() == "kurrentdb://a");
}

BOOST_AUTO_TEST_CASE(an_argument_of_many_words_takes_all_of_them) {
  using words = std::vector<std::string>;
  const std::vector<std::pair<words, words>> lines{{{"some", "a"}, {"a"}},
                                                   {{"some", "a", "b c", "some"}, {"a", "b c", "some"}},
                                                   {{"some", "a", "[b,c]", "=", ""}, {"a", "[b,c]", "=", ""}},
                                                   {{"some", "a", "--limit", "3", "b"}, {"a", "b"}},
                                                   {{"any", "--", "any", "--limit", "b"}, {"any", "--limit", "b"}},
                                                   {{"any"}, {}}};
  for (const auto& [line, taken] : lines) {
    words some, any;
    std::uint32_t limit = 0;
    definition of_two{"program", "does"};
    of_two.command("some", "does").argument("WORD", some, "is").option("--limit", "N", limit, "is").runs([](session&) {
      return ending{};
    });
    of_two.command("any", "does").argument("WORD", any, "is").optional().runs([](session&) { return ending{}; });
    const auto parsed = kdbctl::parse(of_two, line);
    BOOST_TEST((parsed.command != nullptr), parsed.problem.message);
    BOOST_TEST((line.front() == "some" ? some : any) == taken, boost::test_tools::per_element());
  }
  BOOST_TEST((parse({"user", "create"}).problem.status == exit_status::usage));
}

BOOST_AUTO_TEST_CASE(wrong_lines_are_explained) {
  const auto typo = parse({"strem", "list"});
  BOOST_TEST(typo.command == nullptr);
  BOOST_TEST((typo.problem.status == exit_status::usage));
  BOOST_TEST(typo.problem.message.find("did you mean 'stream'?") != std::string::npos);
  const auto wrong_value = parse({"read", "orders-1", "--limit", "many"});
  BOOST_TEST(wrong_value.problem.message.find("--limit: 'many' is not accepted; write a number from 0") != std::string::npos,
             wrong_value.problem.message);
  BOOST_TEST((parse({"read"}).problem.status == exit_status::usage));
  BOOST_TEST((parse({"read", "a", "b"}).problem.status == exit_status::usage));
  BOOST_TEST((parse({"read", "a", "--output", "xml"}).problem.status == exit_status::usage));
  BOOST_TEST((parse({}).problem.status == exit_status::usage));
}

BOOST_AUTO_TEST_CASE(help_is_an_answer_also_without_arguments) {
  const auto help = parse({"group", "show", "--help"});
  BOOST_TEST((help.problem.status == exit_status::success));
  BOOST_TEST(help.answer.starts_with("Usage: kdbctl group show STREAM GROUP"), help.answer);
  BOOST_TEST(parse({"--version"}).answer.starts_with("kdbctl "));
}

BOOST_AUTO_TEST_CASE(the_status_of_a_handler_decides_about_its_event) {
  // As the program does: a command need not read its event.
  std::signal(SIGPIPE, SIG_IGN);
  BOOST_TEST(outcome_of_status(run_handler("exit 0", "x", {})).is_ack());
  BOOST_TEST((outcome_of_status(run_handler("exit 75", "x", {})).action() == kdb::nack_action::retry));
  BOOST_TEST((outcome_of_status(run_handler("exit 76", "x", {})).action() == kdb::nack_action::skip));
  BOOST_TEST((outcome_of_status(run_handler("exit 1", "x", {})).action() == kdb::nack_action::park));
  BOOST_TEST(run_handler("kill -9 $$", "x", {}) == 137);
  BOOST_TEST(run_handler("test \"$(cat)\" = input && test \"$NAME\" = value", "input", {{"NAME", "value"}}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
