// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <kdb/settings.hpp>

#include "tests/values/same_settings.hpp"

using namespace std::chrono_literals;
using kdb::errc;
using kdb::settings;

namespace {

/// A line of connection_strings.txt.
struct row {
  int line = 0;
  bool ok = false;
  std::string text;
  std::vector<std::string> expected;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << "line " << one.line << ": " << one.text;
}

std::string trimmed(const std::string& text) {
  auto first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    auto c = text[++i];
    plain += c == 's' ? ' ' : c == 't' ? '\t' : c == 'n' ? '\n' : c == '0' ? '\0' : c;
  }
  return plain;
}

std::vector<row> rows_of_file() {
  std::ifstream file{KDB_TEST_DATA "/connection_strings.txt"};
  std::vector<row> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#')
      continue;
    std::vector<std::string> fields;
    for (std::size_t begin = 0;;) {
      auto bar = line.find('|', begin);
      while (bar != line.npos && bar > 0 && line[bar - 1] == '\\')
        bar = line.find('|', bar + 1);
      fields.push_back(unescaped(trimmed(line.substr(begin, bar - begin))));
      if (bar == line.npos)
        break;
      begin = bar + 1;
    }
    if (fields.size() < 3 || (fields[0] != "ok" && fields[0] != "bad"))
      throw std::runtime_error{"connection_strings.txt, line " + std::to_string(number) + " can't be read"};
    rows.push_back({number, fields[0] == "ok", fields[1], {fields.begin() + 2, fields.end()}});
  }
  return rows;
}

void check_accepted(const row& one) {
  auto read = settings::from_connection_string(one.text);
  BOOST_TEST_REQUIRE(read.has_value(), read.error().message);
  BOOST_TEST(to_string(*read) == one.expected[0]);
  BOOST_TEST(read->validate().has_value());
  BOOST_TEST_REQUIRE(read->credentials.has_value() == (one.expected.size() > 1));
  if (read->credentials)
    BOOST_TEST(read->credentials->secret() == one.expected[1]);
}

void check_refused(const row& one) {
  BOOST_TEST_REQUIRE(one.expected.size() == 2u);
  auto read = settings::from_connection_string(one.text);
  BOOST_TEST_REQUIRE(!read.has_value());
  auto& why = read.error();
  BOOST_TEST((why.code == errc::invalid_connection_string));
  auto* detail = why.get<kdb::bad_argument>();
  BOOST_TEST_REQUIRE(detail != nullptr);
  BOOST_TEST(detail->name == one.expected[0]);
  BOOST_TEST(!detail->accepted.empty());
  BOOST_TEST(why.message.find(one.expected[1]) != std::string::npos, why.message);
  BOOST_TEST(why.message.find("; write ") != std::string::npos, "it does not say what to write: " << why.message);
  BOOST_TEST(!why.retry_can_help);
}

settings parsed(std::string_view text) {
  auto read = settings::from_connection_string(text);
  BOOST_TEST_REQUIRE(read.has_value(), read.error().message);
  return *read;
}

} // namespace

BOOST_AUTO_TEST_SUITE(connection_string)

BOOST_DATA_TEST_CASE(a_row_of_the_table_is_read_as_it_says, boost::unit_test::data::make(rows_of_file())) {
  if (sample.ok)
    check_accepted(sample);
  else
    check_refused(sample);
}

BOOST_AUTO_TEST_CASE(the_table_has_at_least_120_rows) {
  BOOST_TEST(rows_of_file().size() >= 120u);
}

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_documentation) {
  auto all = parsed("kurrentdb://localhost");
  BOOST_TEST_REQUIRE(all.endpoints.size() == 1u);
  BOOST_TEST(all.endpoints[0].host == "localhost");
  BOOST_TEST(all.endpoints[0].port == 2113);
  BOOST_TEST(!all.discover);
  BOOST_TEST(all.tls.enabled);
  BOOST_TEST(all.tls.verify_certificate);
  BOOST_TEST(!all.credentials.has_value());
  BOOST_TEST(!all.credentials_in_clear);
  BOOST_TEST(all.connection_name.empty());
  BOOST_TEST(all.max_discover_attempts == 10);
  BOOST_TEST((all.discovery_interval == 100ms));
  BOOST_TEST((all.gossip_timeout == 5s));
  BOOST_TEST((all.preference == kdb::node_preference::leader));
  BOOST_TEST(!all.default_deadline.has_value());
  BOOST_TEST((all.keep_alive_interval == 10s));
  BOOST_TEST((all.keep_alive_timeout == 10s));
  BOOST_TEST((all.silence_timeout == 2s));
}

BOOST_AUTO_TEST_CASE(gossip_timeout_and_default_deadline_are_seconds_and_the_rest_milliseconds) {
  auto all = parsed("kurrentdb://h?gossipTimeout=7&defaultDeadline=1.5&discoveryInterval=9&keepAliveInterval=11000"
                    "&keepAliveTimeout=12&silenceTimeout=1500");
  BOOST_TEST((all.gossip_timeout == 7000ms));
  BOOST_TEST((all.default_deadline == 1500ms));
  BOOST_TEST((all.discovery_interval == 9ms));
  BOOST_TEST((all.keep_alive_interval == 11'000ms));
  BOOST_TEST((all.keep_alive_timeout == 12ms));
  BOOST_TEST((all.silence_timeout == 1500ms));
}

BOOST_AUTO_TEST_CASE(a_keepalive_of_minus_one_is_off) {
  auto all = parsed("kurrentdb://h?keepAliveInterval=-1&keepAliveTimeout=-1&silenceTimeout=-1");
  BOOST_TEST(!all.keep_alive_interval.has_value());
  BOOST_TEST(!all.keep_alive_timeout.has_value());
  BOOST_TEST(!all.silence_timeout.has_value());
}

BOOST_AUTO_TEST_CASE(options_of_other_clients_are_named_once_each_as_they_are_usually_spelled) {
  auto all = parsed("kurrentdb://h?FEATURE=a&tls=false&throwonappendfailure=true&feature=b&dnsDiscover=false&dnsLookUpType=A");
  std::vector<std::string> expected{"feature", "throwOnAppendFailure", "dnsDiscover", "dnsLookUpType"};
  BOOST_TEST(all.ignored_options == expected, boost::test_tools::per_element{});
  BOOST_TEST(!all.tls.enabled);
  BOOST_TEST(!all.discover);
}

BOOST_AUTO_TEST_CASE(every_option_of_this_client_changes_something) {
  BOOST_TEST(parsed("kurrentdb://h?tls=false&connectionName=n").ignored_options.empty());
}

BOOST_AUTO_TEST_CASE(one_warning_names_all_ignored_options_and_says_why_but_not_their_values) {
  auto found = parsed("kurrentdb://h?throwOnAppendFailure=hunter&feature=hunter").warnings();
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] ==
             "the connection string has options of other clients, which are ignored here: "
             "throwOnAppendFailure (appends always return their outcome), feature (there are no features to turn on)");
}

BOOST_AUTO_TEST_CASE(every_host_becomes_an_endpoint_in_its_order) {
  auto all = parsed("kurrentdb+discover://a:1,[::1]:2,c");
  std::vector<kdb::endpoint> expected{{"a", 1}, {"::1", 2}, {"c", 2113}};
  BOOST_TEST((all.endpoints == expected));
  BOOST_TEST(all.discover);
}

BOOST_AUTO_TEST_CASE(no_message_shows_a_part_of_a_password) {
  for (std::string text : {
         "kurrentdb://admin:hunter@",
         "kurrentdb://admin:hunter@:1",
         "kurrentdb://admin:hunter@a:x",
         "kurrentdb://admin:hunter@a:1:2",
         "kurrentdb://admin:hunter@[a",
         "kurrentdb://admin:hunter@a/b",
         "kurrentdb://admin:hunter%@a",
         "kurrentdb://admin:hunter%FF@a",
         "kurrentdb://admin:hunter@a?x=1",
         "kurrentdb://admin:hunter/x@a",
         "kurrentdb://admin:x/hunter@a",
         "kurrentdb://admin:hunter?x@a",
         "kurrentdb://admin:x?hunter@a",
         "kurrentdb://admin:x@y?hunter@a",
         "kurrentdb://admin:x@hunter?y@a",
         "kurrentdb://admin:x@hunter/y@a",
         "kurrentdb://admin:x?tls=hunter@a",
         "kurrentdb://admin:x@y?tls=hunter@a",
         "kurrentdb://admin:hunter#x@a",
         "kurrentdb://admin:hunter x@a",
         "kurrentdb://admin:hunter",
         "x://admin:hunter@a",
         "admin:hunter@a",
         "kurrentdb://:hunter@a",
         "kurrentdb://ad%00:hunter@a",
         "kurrentdb://admin:hunter:x",
       }) {
    auto read = settings::from_connection_string(text);
    BOOST_TEST_REQUIRE(!read.has_value(), text);
    BOOST_TEST(to_string(read.error()).find("hunter") == std::string::npos, text << " -> " << to_string(read.error()));
    BOOST_TEST(read.error().get<kdb::bad_argument>()->name.find("hunter") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_long_or_unreadable_name_is_shortened_and_escaped_in_the_message) {
  auto read = settings::from_connection_string("kurrentdb://h?" + std::string(5000, 'x') + "=1");
  BOOST_TEST(read.error().message.size() < 500u);
  read = settings::from_connection_string("kurrentdb://h\xFF");
  BOOST_TEST(read.error().message.find("'h%FF' is no host") != std::string::npos, read.error().message);
}

namespace {

/// Draws settings that validate, with every member away from its default now and then.
class settings_source {
public:
  explicit settings_source(unsigned seed) : random_{seed} {}

  settings draw() {
    settings all;
    for (auto count = number(1, 4); count > 0; --count)
      all.endpoints.push_back({host(), static_cast<std::uint16_t>(number(1, 65535))});
    all.discover = often();
    all.tls.enabled = often();
    all.tls.verify_certificate = often();
    if (often())
      all.tls.ca_file = bytes(1, 255);
    if (often())
      all.tls.user_certificate_file = bytes(1, 255), all.tls.user_key_file = bytes(1, 255);
    if (often())
      all.credentials = kdb::credentials::basic("u" + text("üäö€😀@/?#%&= ", 3), text("p:@/?#%[],\n", 5));
    if (often())
      all.connection_name = bytes(' ', '~');
    if (often())
      all.max_discover_attempts = often() ? -1 : static_cast<int>(number(1, 2'147'483'647));
    all.discovery_interval = time();
    all.gossip_timeout = time();
    all.preference = static_cast<kdb::node_preference>(number(0, 3));
    if (often())
      all.default_deadline = time();
    all.keep_alive_interval = often() ? std::nullopt : std::optional{time()};
    all.keep_alive_timeout = often() ? std::nullopt : std::optional{time()};
    all.silence_timeout = often() ? std::nullopt : std::optional{time()};
    return all;
  }

private:
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
  }
  bool often() { return number(0, 2) == 0; }
  std::chrono::milliseconds time() { return std::chrono::milliseconds{number(1, often() ? 2'147'483'647 : 20'000)}; }
  std::string host() {
    const char* hosts[] = {"a", "db.example.com", "::1", "fe80::1%eth0", "127.0.0.1", "my_node"};
    return hosts[number(0, 5)];
  }
  std::string bytes(int low, int high) {
    std::string made;
    for (auto count = number(1, 12); count > 0; --count)
      made += static_cast<char>(number(low, high));
    return made;
  }
  std::string text(const std::string& symbols, int count) {
    // Whole characters only: cuts before a byte that continues one.
    std::vector<std::string> whole;
    for (auto c : symbols)
      if ((c & 0xC0) == 0x80)
        whole.back() += c;
      else
        whole.emplace_back(1, c);
    std::string made;
    for (; count > 0; --count)
      made += whole[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(whole.size()) - 1))];
    return made;
  }

  std::mt19937 random_;
};

} // namespace

BOOST_AUTO_TEST_CASE(what_is_printed_reads_back_to_the_same_settings_but_the_password) {
  settings_source source{20240607};
  for (int i = 0; i < 5000; ++i) {
    auto all = source.draw();
    BOOST_TEST_REQUIRE(all.validate().has_value());
    auto printed = to_string(all);
    auto read = settings::from_connection_string(printed);
    BOOST_TEST_REQUIRE(read.has_value(), printed << " -> " << read.error().message);
    BOOST_TEST_REQUIRE(kdb::test::same_but_password(all, *read), printed);
    BOOST_TEST_REQUIRE(to_string(*read) == printed);
    if (read->credentials)
      BOOST_TEST_REQUIRE(read->credentials->secret() == "***");
  }
}

BOOST_AUTO_TEST_CASE(a_token_is_not_printed_at_all) {
  settings all{.endpoints = {{"h", 1}}, .credentials = kdb::credentials::bearer("hunter")};
  BOOST_TEST(to_string(all) == "kurrentdb://h:1");
}

BOOST_AUTO_TEST_SUITE_END()
