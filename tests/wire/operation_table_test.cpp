// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>

#include "libkdb/wire/operation.hpp"
#include "tests/fixtures/documented_table.hpp"

// The table of operations in docs/actors.md is what the list and the descriptions say. KDB_UPDATE=1 writes it.

using namespace kdb;

namespace {

constexpr std::string_view begin_mark = "<!-- operations -->\n", end_mark = "<!-- end of operations -->";

const char* name_of(wire::effect effect) {
  switch (effect) {
    case wire::effect::read: return "read";
    case wire::effect::idempotent_write: return "idempotent write";
    case wire::effect::write: return "write";
  }
  return "?";
}

/// "/package.Service/Method" without the package.
std::string short_name(std::string_view method) {
  return std::string{method.substr(method.rfind('.') + 1)};
}

template <class Request>
std::string call_row(const char* name) {
  const auto how = wire::describe<Request>();
  auto row = "| `" + std::string{name} + "` | " + short_name(how.method);
  if (!how.second_method.empty())
    row += ", then " + short_name(how.second_method);
  row += std::string{" | "} + name_of(how.effect) + " | ";
  row += how.leader_only ? "yes" : "";
  row += " | ";
  row += how.silence ? "may be" : "";
  return row + " |\n";
}

std::string table() {
  std::string text = "| request | call | effect | leader only | unanswered |\n|---|---|---|---|---|\n";
#define KDB_X(request) text += call_row<request>(#request);
  KDB_CALLS(KDB_X)
#undef KDB_X
#define KDB_X(request) text += "| `" #request "` | carried out by the runtime | | | |\n";
  KDB_RUNTIME_OPERATIONS(KDB_X)
#undef KDB_X
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(operation_table)

BOOST_AUTO_TEST_CASE(the_documented_table_is_that_of_the_list) {
  fixtures::check_documented_table(KDB_ACTORS_PAGE, begin_mark, end_mark, table(), "wire_tests");
}

BOOST_AUTO_TEST_CASE(every_call_names_a_method_and_how_it_is_answered) {
  const auto check = [](const char* name, const auto& how, bool answers) {
    BOOST_TEST(how.method.starts_with('/'), name);
    BOOST_TEST((how.decode != nullptr) == answers, name);
    BOOST_TEST((how.second != nullptr) == !how.second_method.empty(), name);
  };
#define KDB_X(request) check(#request, wire::describe<request>(), !std::is_void_v<request::answer>);
  KDB_CALLS(KDB_X)
#undef KDB_X
}

BOOST_AUTO_TEST_SUITE_END()
