// SPDX-License-Identifier: Apache-2.0

// Reads that come to an end, where a server has something of its own to say.
#include "tests/devnode/node_fixture.hpp"

#include "devnode/services/streams/first_positions.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace kdb::development;
using namespace kdb::development::testing;
namespace data = boost::unit_test::data;

namespace {

struct read_fixture : node_fixture {
  struct answer {
    std::vector<std::uint64_t> positions;
    std::vector<std::uint64_t> first;
    bool not_found = false;
    grpc::Status status;
  };

  answer read(const ReadReq& request) {
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, request);
    answer all;
    ReadResp message;
    while (call->Read(&message)) {
      if (message.has_event())
        all.positions.push_back(message.event().commit_position());
      if (message.content_case() == ReadResp::kFirstStreamPosition)
        all.first.push_back(message.first_stream_position());
      all.not_found = all.not_found || message.has_stream_not_found();
    }
    all.status = call->Finish();
    return all;
  }

  static ReadReq at(std::uint64_t commit, std::uint64_t prepare, bool backwards = false, bool filtered = false) {
    auto request = reading("", 100);
    auto& options = *request.mutable_options();
    options.mutable_all()->mutable_position()->set_commit_position(commit);
    options.mutable_all()->mutable_position()->set_prepare_position(prepare);
    if (backwards)
      options.set_read_direction(ReadReq::Options::Backwards);
    if (filtered) {
      options.mutable_filter()->mutable_stream_identifier()->add_prefix("s");
      options.mutable_filter()->set_max(32);
    }
    return request;
  }

  grpc::Status write_metadata(const std::string& stream, const std::string& document) {
    grpc::ClientContext context;
    limit(context);
    AppendResp reply;
    auto call = streams->Append(&context, &reply);
    AppendReq options, event;
    options.mutable_options()->mutable_stream_identifier()->set_stream_name("$$" + stream);
    options.mutable_options()->mutable_any();
    fill(*event.mutable_proposed_message());
    event.mutable_proposed_message()->set_data(document);
    (*event.mutable_proposed_message()->mutable_metadata())["content-type"] = "application/json";
    call->Write(options);
    call->Write(event);
    call->WritesDone();
    return call->Finish();
  }

  grpc::Status remove(const std::string& stream) {
    grpc::ClientContext context;
    limit(context);
    event_store::client::streams::DeleteReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    event_store::client::streams::DeleteResp reply;
    return streams->Delete(&context, request, &reply);
  }
};

struct first_row {
  const char* about;
  std::int64_t from;
  std::int64_t page;
  stream_range of;
  std::vector<std::int64_t> told;

  friend std::ostream& operator<<(std::ostream& out, const first_row& row) { return out << row.about; }
};

const std::vector<first_row> firsts = {
  {"all is there", 0, 32, {0, 4, 0}, {}},
  {"right behind the end", 5, 32, {0, 4, 0}, {}},
  {"further behind it", 50, 32, {0, 4, 0}, {5}},
  {"truncated within the first page", 0, 32, {3, 4, 3}, {}},
  {"truncated behind the first page", 0, 32, {40, 44, 40}, {40}},
  {"small pages", 0, 2, {3, 4, 3}, {3}},
  {"emptied", 0, 32, {5, 5 - 1, 5}, {5}},
  {"emptied, from the end", 5, 32, {5, 4, 5}, {}},
  {"emptied by age", 0, 32, {5, 4, 0}, {5}},
  {"emptied, and long", 0, 32, {40, 39, 40}, {40}},
  {"truncated beyond the end", 0, 32, {50, 49, 100}, {100, 50}},
  {"the largest start", 9'223'372'036'854'775'807, 32, {0, 4, 0}, {5}},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reads, read_fixture)

BOOST_DATA_TEST_CASE(where_reading_goes_on_is_told_as_a_server_tells_it, data::make(firsts), row) {
  BOOST_TEST(first_positions(row.from, row.page, row.of) == row.told, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_emptied_stream_begins_with_its_next_event) {
  append("s", 5);
  BOOST_TEST(write_metadata("s", R"({"$tb":5})").ok());
  auto request = reading("s", 1000);
  request.mutable_options()->mutable_control_option()->set_compatibility(1);
  auto got = read(request);
  BOOST_TEST(got.status.ok());
  BOOST_TEST(got.positions.empty());
  BOOST_TEST(got.first == std::vector<std::uint64_t>{5}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_position_within_a_record_is_no_place_to_read_from) {
  append("s", 3);
  auto all = read(reading("", 100)).positions;
  BOOST_REQUIRE(all.size() == 4u);
  for (bool filtered : {false, true}) {
    std::string type = filtered ? "FilteredReadAllResult" : "ReadAllResult";
    for (bool backwards : {false, true}) {
      for (auto inside : {std::uint64_t{1}, all[1] + 1, all[2] - 1}) {
        auto got = read(at(inside, inside, backwards, filtered));
        BOOST_TEST((got.status.error_code() == grpc::StatusCode::UNKNOWN), inside);
        BOOST_TEST(got.status.error_message().starts_with("Unexpected " + type + ": InvalidPosition >> "),
                   got.status.error_message());
      }
      BOOST_TEST(read(at(0, 0, backwards, filtered)).status.ok());
      for (auto record : all)
        BOOST_TEST(read(at(record, record, backwards, filtered)).status.ok());
    }
    // Forwards what lies behind the beginning of the last record is the end.
    BOOST_TEST(read(at(all[3] + 1, all[3] + 1, false, filtered)).status.ok());
    BOOST_TEST(read(at(all[3] + 100'000, all[3] + 100'000, false, filtered)).status.ok());
    BOOST_TEST((read(at(all[3] + 1, all[3] + 1, true, filtered)).status.error_code() == grpc::StatusCode::UNKNOWN));
    auto beyond = read(at(all[3] + 100'000, all[3] + 100'000, true, filtered)).status;
    BOOST_TEST((beyond.error_code() == grpc::StatusCode::UNKNOWN));
    BOOST_TEST(beyond.error_message().starts_with("Unexpected " + type + ": Error >> Requested position "),
               beyond.error_message());
  }
}

BOOST_AUTO_TEST_CASE(a_position_before_a_record_leaves_out_what_ends_there) {
  append("s", 3);
  auto all = read(reading("", 100)).positions;
  BOOST_TEST(read(at(all[2], all[2], true)).positions.front() == all[1]);
  BOOST_TEST(read(at(all[2], 0, true)).positions.front() == all[0]);
  BOOST_TEST(read(at(all[2], 0)).positions.front() == all[2]);
}

BOOST_AUTO_TEST_CASE(an_append_without_events_leaves_places_to_read_from) {
  append("s", 1);
  AppendResp empty;
  BOOST_TEST(append("s", 0, 0, &empty).ok());
  auto place = empty.success().position().commit_position();
  append("s", 1);
  BOOST_TEST(read(at(place, place)).positions.size() == 1u);
  BOOST_TEST(read(at(place, place, true)).positions.size() == 2u);
}

// The events are large, so that the read waits for its client.
BOOST_AUTO_TEST_CASE(a_read_during_which_its_stream_is_deleted_ends_without_a_stream) {
  for (auto direction : {ReadReq::Options::Forwards, ReadReq::Options::Backwards}) {
    auto stream = "s" + std::to_string(direction);
    for (int i = 0; i < 40; ++i)
      BOOST_REQUIRE(append(stream, 10, 100'000).ok());
    auto request = reading(stream, 1000);
    request.mutable_options()->set_read_direction(direction);
    if (direction == ReadReq::Options::Backwards)
      request.mutable_options()->mutable_stream()->mutable_end();
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, request);
    ReadResp message;
    BOOST_REQUIRE(call->Read(&message));
    BOOST_REQUIRE(remove(stream).ok());
    int events = 1, others = 0;
    while (call->Read(&message))
      ++(message.has_event() ? events : others);
    BOOST_TEST(call->Finish().ok());
    BOOST_TEST(events < 400);
    BOOST_TEST(others == 1);
    BOOST_TEST(message.has_stream_not_found());
  }
}

BOOST_AUTO_TEST_CASE(a_read_that_has_all_ends_well_whatever_happens_then) {
  append("s", 3);
  auto got = read(reading("s", 3));
  BOOST_TEST(got.positions.size() == 3u);
  BOOST_TEST(!got.not_found);
}

BOOST_AUTO_TEST_CASE(who_may_do_everything_may_append_to_the_stream_all) {
  BOOST_TEST(append("$all", 2).ok());
  grpc::ClientContext context;
  limit(context);
  auto call = streams->BatchAppend(&context);
  auto request = batch(1, "$all");
  fill(*request.add_proposed_messages());
  call->Write(request);
  BatchAppendResp reply;
  BOOST_REQUIRE(call->Read(&reply));
  BOOST_TEST(reply.has_success());
  context.TryCancel();
  call->Finish();
  BOOST_TEST(read_revisions("$all").size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
