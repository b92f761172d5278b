// SPDX-License-Identifier: Apache-2.0

// What commands make of a projection, where a query begins to read, and what the log keeps.

#include "devnode/projections/projection.hpp"
#include "devnode/projections/projection_record.hpp"
#include "devnode/projections/query_source.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace {

constexpr const char* query = "fromStream('s').when({$any: function(s, e) { return s; }})";

projection made(const char* of = query, std::optional<system_projection> native = {}) {
  return prepare({.name = "p", .query = of}, native);
}

struct step {
  const char* command;
  std::string status;
  std::int64_t version;
  bool deletable;
};

struct life {
  const char* about;
  const char* query;
  std::vector<step> steps;
};

std::ostream& operator<<(std::ostream& out, const life& shown) {
  return out << shown.about;
}

void command(projection& of, const std::string& name) {
  if (name == "enable")
    enable(of);
  else if (name == "disable")
    disable(of);
  else if (name == "abort")
    abort(of);
  else if (name == "reset")
    reset(of);
  else if (name == "update")
    update(of, query, std::nullopt);
  else if (name == "empty")
    update(of, "", true);
}

const std::vector<life> lives{
  {"enabling twice changes nothing", query, {{"", "Running", 0, false}, {"enable", "Running", 0, false}}},
  {"disabled and enabled", query, {{"disable", "Stopped", 0, true}, {"enable", "Running", 2, false}}},
  {"disabled twice", query, {{"disable", "Stopped", 0, true}, {"disable", "Stopped", 0, true}, {"enable", "Running", 3, false}}},
  {"aborted", query, {{"abort", "Aborted/Stopped", 0, false}, {"enable", "Running", 2, false}}},
  {"aborted, then disabled", query, {{"abort", "Aborted/Stopped", 0, false}, {"disable", "Stopped", 0, true}}},
  {"what is stopped is not aborted", query, {{"disable", "Stopped", 0, true}, {"abort", "Stopped", 0, true}}},
  {"aborted, then reset", query, {{"abort", "Aborted/Stopped", 0, false}, {"reset", "Stopped", 2, true}}},
  {"reset while it runs", query, {{"reset", "Running", 1, false}}},
  {"updated while it runs", query, {{"update", "Running", 1, false}}},
  {"updated while it is stopped", query, {{"disable", "Stopped", 0, true}, {"update", "Stopped", 2, true}}},
  {"no query", "", {{"", "Faulted", -1, true}, {"enable", "Faulted", -1, true}, {"disable", "Faulted", -1, true}}},
  {"a query at last", "", {{"update", "Running", 1, false}}},
  {"a query no more", query, {{"empty", "Faulted", -1, true}, {"abort", "Faulted", -1, true}, {"update", "Stopped", 3, true}}},
};

struct start {
  const char* query;
  std::optional<std::string> from;
};

std::ostream& operator<<(std::ostream& out, const start& shown) {
  return out << shown.query;
}

const std::vector<start> starts{
  {"", std::nullopt},
  {"this is not javascript (", std::nullopt},
  {"fromNowhere('x')", std::nullopt},
  {"fromAll", std::nullopt},
  {"// fromAll()\n/* fromStream('x') */ 'fromAll()'", std::nullopt},
  {"fromAll().when({})", "C:0/P:-1"},
  {"options({ resultStreamName: 'fromStream(1)' });\n fromStream ( \"my \\\"s\\\"\" )\n.when({})", "my \"s\": -1"},
  {"fromStreams(['a', 'b']).when({})", "a: -1; b: -1"},
  {"fromStreams('a', 'b').when({})", "a: -1; b: -1"},
  {"fromCategory('cat').foreachStream()", "$ce-cat: -1"},
  {"fromStreamsMatching(function (n) { return true; })", "C:0/P:-1"},
  {"fromStream('unterminated", "unterminated: -1"},
  {"/* fromAll()", std::nullopt},
};

} // namespace

BOOST_AUTO_TEST_SUITE(projections_as_values)

BOOST_DATA_TEST_CASE(commands_lead_through_its_life, data::make(lives), life) {
  auto one = made(life.query);
  for (auto& [name, status, version, deletable] : life.steps) {
    command(one, name);
    BOOST_TEST(status_of(one) == status, name);
    BOOST_TEST(one.version == version, name);
    BOOST_TEST(deletion_problem(one).empty() == deletable, name);
  }
}

BOOST_AUTO_TEST_CASE(who_begins_anew_says_since_which_version) {
  auto one = made();
  disable(one);
  enable(one);
  BOOST_TEST(one.epoch == -1);
  reset(one);
  BOOST_TEST(one.epoch == 3);
  BOOST_TEST(one.version == 3);
  update(one, query, true);
  BOOST_TEST(one.epoch == 3);
  BOOST_TEST(one.version == 4);
  BOOST_TEST(one.definition.emits);
}

BOOST_AUTO_TEST_CASE(only_those_of_users_explain_themselves_and_can_be_deleted) {
  BOOST_TEST(reason_of(made()).starts_with("The development node runs no queries"));
  BOOST_TEST(reason_of(made("")).starts_with("The query names no source"));
  auto native = made("", system_projection::by_category);
  BOOST_TEST(status_of(native) == "Running");
  BOOST_TEST(reason_of(native).empty());
  disable(native);
  BOOST_TEST(deletion_problem(native) == "We currently don't allow for the deletion of System Projections.");
}

BOOST_DATA_TEST_CASE(a_query_begins_at_its_source, data::make(starts), start) {
  BOOST_TEST((query_start(start.query) == start.from));
}

BOOST_AUTO_TEST_CASE(the_log_keeps_all_of_a_definition) {
  projection_definition all{.name = "p \"q\"",
                            .query = "fromAll() // \n\t\"\\",
                            .mode = projection_mode::one_time,
                            .enabled = false,
                            .emits = true,
                            .tracks_emitted = true,
                            .engine = 2,
                            .version = 7,
                            .epoch = 3};
  BOOST_TEST((read_projection(all.name, write_projection(all, false)) == all));
  projection_definition plain{.name = "p", .query = ""};
  BOOST_TEST((read_projection("p", write_projection(plain, true)) == plain));
  for (auto malformed : {"", "[]", "{}", R"({"query":"","version":"0","epoch":-1})"})
    BOOST_TEST(!read_projection("p", malformed), malformed);
}

BOOST_AUTO_TEST_SUITE_END()
