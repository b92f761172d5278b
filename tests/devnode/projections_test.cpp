// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"
#include "tests/devnode/store_fixture.hpp"

#include "devnode/store/projected_links.hpp"
#include "devnode/store/projected_places.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace kdb;
using namespace std::chrono_literals;
using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

using names = std::vector<std::string>;

// As "stream type data".
names written(const std::vector<projected_link>& links) {
  names text;
  for (auto& link : links)
    text.push_back(link.stream + " " + std::string{link.type} + " " + link.data);
  return text;
}

struct projection_fixture : store_fixture {
  const stored_event& write(std::string_view stream, std::string_view type, std::string_view data = "{}",
                            std::string_view metadata = "") {
    proposed_event one{.id = {7, ++ids}, .type = type, .json = true, .data = data, .custom_metadata = metadata};
    events.append(stream, expected_state::any(), {&one, 1});
    return events.events()[events.events().size() - 1];
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(system_projections, projection_fixture)

BOOST_AUTO_TEST_CASE(an_event_is_linked_by_stream_type_category_and_correlation) {
  struct {
    const char* stream;
    const char* type;
    const char* data;
    const char* metadata;
    names links;
  } const rows[] = {
    {"cat-1",
     "t",
     "{}",
     R"({"$correlationId":"c"})",
     {"$streams $> 0@cat-1", "$et-t $> 0@cat-1", "$ce-cat $> 0@cat-1", "$bc-c $> 0@cat-1", "$category-cat $@ cat-1"}},
    {"cat-1", "u", "{}", "", {"$et-u $> 1@cat-1", "$ce-cat $> 1@cat-1"}},
    {"a-b-c", "t", "{}", "", {"$streams $> 0@a-b-c", "$et-t $> 0@a-b-c", "$ce-a $> 0@a-b-c", "$category-a $@ a-b-c"}},
    {"plain", "t", "{}", R"({"$correlationId":5})", {"$streams $> 0@plain", "$et-t $> 0@plain"}},
    {"-x", "t", "{}", "not json", {"$streams $> 0@-x", "$et-t $> 0@-x"}},
    {"$sys-1", "t", "{}", "", {"$streams $> 0@$sys-1", "$et-t $> 0@$sys-1"}},
    {"links-1",
     "$>",
     "7@other-1",
     R"({"$correlationId":"c"})",
     {"$streams $> 0@links-1", "$ce-links $> 7@other-1", "$category-links $@ links-1"}},
    {"$ce-cat", "$>", "0@cat-1", "", {}},
    {"$category-cat", "$@", "cat-1", R"({"$correlationId":"c"})", {}},
    {"$$$ce-cat", "$metadata", "{}", "", {}},
  };
  for (auto& [stream, type, data, metadata, links] : rows)
    BOOST_TEST(written(projected_links(write(stream, type, data, metadata))) == links, stream << " " << type);
}

BOOST_AUTO_TEST_CASE(deletions_are_linked_as_such) {
  append("a-1", 1);
  events.soft_delete("a-1", expected_state::any());
  auto& soft = events.events()[events.events().size() - 1];
  BOOST_TEST((written(projected_links(soft)) == names{"$streams $> 0@$$a-1", "$et-$deleted $> 0@$$a-1"}));
  events.tombstone("a-1", expected_state::any());
  auto links = projected_links(events.events()[events.events().size() - 1]);
  BOOST_TEST((written(links) == names{"$et-$deleted $> 9223372036854775807@a-1", "$ce-a $> 9223372036854775807@a-1"}));
  BOOST_TEST(links[1].metadata.find(R"("$o":"a-1","$deleted":-1,"$causedBy":)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_link_says_what_it_is_about) {
  auto& event = write("a-1", "t", "{}", R"({"$correlationId":"x\"y"})");
  auto position = std::to_string(event.position);
  auto links = projected_links(event);
  BOOST_TEST(links[2].metadata == R"({"$v":"3:-1:1:4","$c":)" + position + R"(,"$p":)" + position +
                                    R"(,"$o":"a-1","$causedBy":")" + to_string(event.id) + R"(","$correlationId":"x\"y"})");
  BOOST_TEST(links[3].metadata.find(R"("$eventTimestamp":"2026-11-24T)") != std::string::npos);
  auto& link = write(links[2].stream, links[2].type, links[2].data, links[2].metadata);
  auto origin = projected_origin_of(link);
  BOOST_REQUIRE(origin.has_value());
  BOOST_TEST((origin->by == system_projection::by_category));
  BOOST_TEST(origin->epoch == -1);
  BOOST_TEST(origin->position == event.position);
  BOOST_TEST(!projected_origin_of(event));
}

BOOST_AUTO_TEST_CASE(only_those_that_look_write_and_say_in_which_edition) {
  projection_editions looking;
  looking[system_projection::by_category] = {.version = 7, .epoch = 5};
  auto links = projected_links(write("a-1", "t"), looking);
  BOOST_REQUIRE((written(links) == names{"$ce-a $> 0@a-1"}));
  BOOST_TEST(links[0].metadata.starts_with(R"({"$v":"3:5:7:4")"));
  auto& link = write(links[0].stream, links[0].type, links[0].data, links[0].metadata);
  BOOST_TEST(projected_origin_of(link)->epoch == 5);
}

BOOST_AUTO_TEST_CASE(the_log_tells_how_far_each_had_come) {
  using enum system_projection;
  auto project = [&](std::size_t index, const projection_editions& by) {
    for (auto& link : projected_links(events.events()[index], by))
      write(link.stream, link.type, link.data, link.metadata);
  };
  projection_editions all = first_editions(), without_category = all, category_anew;
  without_category[by_category].reset();
  category_anew[by_category] = {.version = 4, .epoch = 4};
  append("plain", 1);
  append("a-1", 3);
  project(1, all);              // nothing about a category or a correlation
  project(2, all);              // a-1
  project(3, without_category); // which had been stopped
  project(4, without_category);
  projection_histories known;
  for (std::size_t i = 0; i < known.size(); ++i)
    known[i] = {.of = all_system_projections[i], .together = all_system_projections[i] != by_category};
  BOOST_TEST(known[1].together == false);
  // Those that run together have come as far as any of them, whether or not they wrote; the other one as far as it wrote itself.
  constexpr std::array<std::size_t, 5> expected{5, 3, 5, 5, 5};
  BOOST_TEST((projected_places(events.events(), known) == expected));
  known[1].epoch = 4;
  BOOST_TEST(projected_places(events.events(), known)[1] == 0);
  project(2, category_anew);
  BOOST_TEST(projected_places(events.events(), known)[1] == 3);
}

BOOST_AUTO_TEST_CASE(a_node_projects_what_is_written_and_what_it_finds_once) {
  auto folder = std::filesystem::temp_directory_path() / ("kdb-projections-" + to_string(random_uuid()));
  std::filesystem::create_directory(folder);
  devnode_options options;
  options.database = folder / "events.db";
  { node_fixture{options}.append("a-1", 2); }
  options.projections = true;
  options.projection_lag = 0ms;
  {
    node_fixture node{options};
    BOOST_TEST((node.follow("$ce-a", 2) == names{"0@a-1", "1@a-1"}));
    node.ids = 100;
    node.append("a-2", 1);
    BOOST_TEST((node.follow("$ce-a", 3) == names{"0@a-1", "1@a-1", "0@a-2"}));
    BOOST_TEST((node.follow("$et-t", 3) == names{"0@a-1", "1@a-1", "0@a-2"}));
    BOOST_TEST((node.follow("$category-a", 2) == names{"a-1", "a-2"}));
  }
  node_fixture again{options};
  again.ids = 200;
  again.append("a-3", 1);
  BOOST_TEST((again.follow("$ce-a", 4) == names{"0@a-1", "1@a-1", "0@a-2", "0@a-3"}));
  again.node.stop();
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()
