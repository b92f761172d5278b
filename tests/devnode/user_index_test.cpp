// SPDX-License-Identifier: Apache-2.0

// User-defined indexes as values: their definitions, their entries and the constraints of those who read them.

#include "devnode/indexes/index_view.hpp"
#include "devnode/indexes/user_index.hpp"

#include "devnode/services/indexes/catalogue.hpp"
#include "devnode/store/store.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace {

const user_index_definition orders{"rec => rec.schema.name == 'placed'",
                                   {{"country", "rec => rec.value.country", index_value_type::text, false},
                                    {"amount", "rec => rec.value.amount", index_value_type::int32, true}}};
const user_index_definition one_field{"", {{"country", "rec => rec.value.country", index_value_type::text, false}}};

struct constraint_row {
  const char* text;
  bool good;
};
std::ostream& operator<<(std::ostream& out, const constraint_row& row) {
  return out << row.text;
}

void append(store& to, const std::string& stream, const std::string& type, const std::string& document, bool json = true) {
  proposed_event event{.id = random_uuid(), .type = type, .json = json, .data = document, .custom_metadata = {}};
  to.append(stream, expected_state::any(), {&event, 1});
}

/// Documents of the events in a view.
std::vector<std::string> found(const store& in, const event_filter& view) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < in.events().size(); ++i)
    if (view(in.events()[i]))
      all.emplace_back(in.events()[i].data());
  return all;
}

using documents = std::vector<std::string>;

documents found(const store& in, const user_index_definition& index, std::string_view constraints) {
  return found(in, index_view(index, read_constraints(index, constraints).value()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_index_values)

BOOST_AUTO_TEST_CASE(a_definition_survives_being_written) {
  BOOST_TEST((read_index(write_index("orders", orders)) == orders));
  BOOST_TEST((read_index(write_index("a", {"rec => \"\\\"\"", {}})) == user_index_definition{"rec => \"\\\"\"", {}}));
  for (auto broken : {"", "{}", R"({"filter":1,"fields":[]})", R"({"filter":"","fields":[{"name":"a"}]})",
                      R"({"filter":"","fields":[{"name":"a","selector":"b","type":"other"}]})"})
    BOOST_TEST(!read_index(broken));
}

BOOST_AUTO_TEST_CASE(everything_that_is_wrong_with_a_definition_is_told) {
  BOOST_TEST(index_problems("orders", orders).empty());
  BOOST_TEST(index_problems("orders", one_field).empty());
  using problems = std::vector<std::string>;
  BOOST_TEST((index_problems("Orders", one_field) ==
              problems{"Name can contain only lowercase alphanumeric characters, underscores and dashes"}));
  BOOST_TEST((index_problems("a", {}) == problems{"At least a filter or a field must be provided"}));
  BOOST_TEST(
    (index_problems("a", {"rec => (", {}}) == problems{"Filter must be a valid JavaScript function with exactly one argument"}));
  auto beyond = index_problems("a", {"rec => rec.value.a.trim() == 'b'", {}});
  BOOST_REQUIRE(beyond.size() == 1u);
  BOOST_TEST(
    beyond[0].starts_with("Filter is beyond the development node, which has no JavaScript engine: calls are not understood"));
  BOOST_TEST(index_problems("", {"", {{"A", "", index_value_type::text}, {"A", "x", index_value_type::text}}}).size() == 7u);
  user_index_definition many;
  for (int i = 0; i < 65; ++i)
    many.fields.push_back({"f" + std::to_string(i), "rec => rec.value", index_value_type::text});
  BOOST_TEST((index_problems("a", many) == problems{"An index can have at most 64 fields"}));
}

BOOST_AUTO_TEST_CASE(an_index_has_what_the_filter_accepts_and_has_a_value) {
  store events;
  append(events, "orders-1", "placed", R"({"country":"DE","amount":1})");
  append(events, "orders-1", "placed", R"({"country":"FR"})");
  append(events, "orders-2", "placed", R"({"amount":1.9})");
  append(events, "orders-2", "placed", R"({"country":null})");          // no value at all
  append(events, "orders-2", "placed", R"({"country":1,"amount":1})");  // not of the type
  append(events, "orders-2", "placed", R"({"amount":2147483648})");     // out of range
  append(events, "orders-2", "paid", R"({"country":"DE","amount":1})"); // not accepted
  append(events, "$orders", "placed", R"({"country":"DE","amount":1})");
  append(events, "orders-2", "placed", "no JSON", false);
  BOOST_TEST((found(events, index_view(orders, {})) ==
              documents{R"({"country":"DE","amount":1})", R"({"country":"FR"})", R"({"amount":1.9})"}));
  BOOST_TEST((found(events, orders, "country=DE") == documents{R"({"country":"DE","amount":1})"}));
  BOOST_TEST((found(events, orders, "amount=1") == documents{R"({"country":"DE","amount":1})", R"({"amount":1.9})"}));
  BOOST_TEST((found(events, orders, "amount=+1;country=\"DE\"") == documents{R"({"country":"DE","amount":1})"}));
  BOOST_TEST(found(events, orders, "country=IT").empty());
}

BOOST_AUTO_TEST_CASE(a_filter_that_is_not_true_and_a_selector_that_skips_leave_events_out) {
  store events;
  append(events, "orders-1", "placed", R"({"country":"DE","flag":1})");
  BOOST_TEST(found(events, index_view({"rec => rec.value.flag", {}}, {})).empty()); // true in a condition, but no boolean
  BOOST_TEST(found(events, index_view({"rec => rec.value.flag == 1", {}}, {})).size() == 1u);
  user_index_definition skipping{"", {{"c", "rec => rec.value.country == 'DE' ? skip : 'x'", index_value_type::text}}};
  BOOST_TEST(found(events, index_view(skipping, {})).empty());
}

BOOST_AUTO_TEST_CASE(the_name_ends_at_the_first_colon) {
  auto plain = split_index_query("$idx-user-orders");
  BOOST_TEST(plain.name == "orders");
  BOOST_TEST(!plain.constraints);
  auto full = split_index_query("$idx-user-orders:country=a:b");
  BOOST_TEST(full.name == "orders");
  BOOST_TEST(*full.constraints == "country=a:b");
}

const std::vector<constraint_row> constraints{{"country=DE", true},
                                              {"country=DE;", true},
                                              {"country=DE;amount=1", true},
                                              {R"(country="a;\"b\\";amount="1")", true},
                                              {"country=\"\"", true},
                                              {"country=a=b", true},
                                              {"", false},
                                              {"DE", false},
                                              {"country=", false},
                                              {"country=;amount=1", false},
                                              {"=DE", false},
                                              {"other=DE", false},
                                              {"country=DE;country=FR", false},
                                              {"country=DE;DE", false},
                                              {"country=D\"E", false},
                                              {"country=\"DE", false},
                                              {"country=\"DE\"x", false},
                                              {"country=\"\\n\"", false},
                                              {"amount=one", false},
                                              {"amount=1.5", false},
                                              {"amount=2147483648", false}};
BOOST_DATA_TEST_CASE(constraints_are_of_fields_that_there_are_each_once, data::make(constraints), row) {
  BOOST_TEST(read_constraints(orders, row.text).has_value() == row.good);
}

BOOST_AUTO_TEST_CASE(one_field_takes_its_value_alone) {
  for (auto text : {"DE", "", "a;b", "\"DE\"", "country=DE"})
    BOOST_TEST(read_constraints(one_field, text).has_value(), text);
  BOOST_TEST((read_constraints(one_field, "\"DE\"")->front().second == index_value{"\"DE\""}));
  BOOST_TEST((read_constraints(one_field, "country=\"DE\"")->front().second == index_value{"DE"}));
}

BOOST_AUTO_TEST_CASE(the_catalogue_is_what_the_log_says) {
  store events;
  index_catalogue all{events};
  BOOST_TEST(all.all().empty());
  append(events, "$UserIndex-orders", "$IndexCreated", write_index("orders", orders));
  BOOST_REQUIRE(all.find("orders"));
  BOOST_TEST((all.find("orders")->definition == orders));
  BOOST_TEST(!all.find("orders")->started);
  append(events, "$UserIndex-orders", "$IndexStarted", "{}");
  BOOST_TEST(all.find("orders")->started);
  BOOST_TEST(all.find("orders")->edition == 1);
  append(events, "$UserIndex-orders", "$IndexStopped", "{}");
  BOOST_TEST(!all.find("orders")->started);
  append(events, "$UserIndex-orders", "$IndexDeleted", "{}");
  BOOST_TEST(!all.find("orders"));
  BOOST_TEST(all.deleted("orders"));
  BOOST_TEST(!all.deleted("others"));
  append(events, "$UserIndex-orders", "$IndexCreated", write_index("orders", one_field));
  BOOST_TEST((all.find("orders")->definition == one_field));
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_in_the_log_is_passed_over) {
  store events;
  index_catalogue all{events};
  append(events, "$UserIndex-a", "$IndexStarted", "{}");
  append(events, "$UserIndex-a", "$IndexCreated", "nonsense");
  append(events, "$UserIndex-A", "$IndexCreated", write_index("A", orders));
  append(events, "$UserIndex-b", "$IndexCreated", write_index("b", {"rec => f(rec)", {}}));
  BOOST_TEST(all.all().empty());
}

BOOST_AUTO_TEST_SUITE_END()
