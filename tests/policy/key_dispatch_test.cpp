// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "libkdb/policy/key_dispatch.hpp"

namespace {

using kdb::policy::key_dispatch;

/// What happens, a word each: `+a3` item 3 of key a comes, `w1` worker 1 comes, `-w1` it goes, `.w1` it answers, `x` what waits is taken
/// back. What is handed out after each word: "worker:item".
struct course {
  const char* words;
  const char* handed_out;
};

std::ostream& operator<<(std::ostream& out, const course& one) {
  return out << one.words;
}

const std::vector<course> courses{
  {"w1 +a1", "1:1"},
  {"+a1 w1", "1:1"},
  {"w1 w2 +a1 +a2", "1:1"},                  // One of a key at a time.
  {"w1 w2 +a1 +a2 .w1", "1:1 2:2"},          // The next of it when that is answered.
  {"w1 w2 +a1 +b2", "1:1 2:2"},              // Other keys go on beside it.
  {"w1 w2 +a1 +a2 +b3", "1:1 2:3"},          // They overtake what waits.
  {"w1 +a1 +b2 +a3 .w1 .w1", "1:1 1:2 1:3"}, // Keys take turns as they became ready.
  {"w1 +a1 +a2 +b3 .w1 .w1", "1:1 1:3 1:2"},
  {"w1 w2 +a1 .w1 +b2 +c3", "1:1 2:2 1:3"}, // So do workers.
  {"w1 +a1 +a2 -w1", "1:1"},                // Nobody is left.
  {"w1 +a1 +a2 -w1 w2", "1:1 2:2"},         // What the one who is gone had counts as answered.
  {"w1 w2 -w1 +a1", "2:1"},                 // A free one who is gone gets nothing.
  {"w1 +a1 .w1 .w1 +b2 +c3", "1:1 1:2"},    // A second answer does nothing.
  {"w1 +a1 -w1 .w1 w2 +a2 +b3", "1:1 2:2"}, // Nor does one of those who are gone.
  {"w1 +a1 +a2 +b3 x .w1", "1:1"},          // What was taken back is not handed out,
  {"w1 +a1 +a2 x +a4 .w1", "1:1 1:4"},      // and what comes then waits for what is at work.
  {"+a1 x w1 +a2", "1:2"},
};

std::string play(const std::string& words) {
  key_dispatch tested;
  std::ostringstream out;
  std::istringstream in{words};
  for (std::string word; in >> word;) {
    if (word[0] == '+')
      tested.add(std::stoull(word.substr(2)), word.substr(1, 1));
    else if (word[0] == 'w')
      tested.add_worker(std::stoull(word.substr(1)));
    else if (word[0] == '-')
      tested.remove_worker(std::stoull(word.substr(2)));
    else if (word[0] == '.')
      tested.answered(std::stoull(word.substr(2)));
    else
      tested.drop_waiting();
    while (const auto next = tested.next())
      out << (out.tellp() > 0 ? " " : "") << next->worker << ":" << next->item;
  }
  return out.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_dispatches)

BOOST_DATA_TEST_CASE(work_goes_out_as_the_table_says, boost::unit_test::data::make(courses)) {
  BOOST_TEST(play(sample.words) == sample.handed_out);
}

BOOST_AUTO_TEST_CASE(it_counts_and_returns_what_becomes_free) {
  key_dispatch tested;
  tested.add_worker(7);
  for (const auto item : {1u, 2u, 3u})
    tested.add(item, item == 3 ? "b" : "a");
  BOOST_TEST((tested.next() == key_dispatch::assignment{7, 1}));
  BOOST_TEST(tested.workers() == 1u);
  BOOST_TEST(tested.working() == 1u);
  BOOST_TEST(tested.waiting() == 2u);
  BOOST_TEST(tested.drop_waiting().size() == 2u);
  BOOST_TEST(tested.waiting() == 0u);
  BOOST_TEST((tested.remove_worker(7) == 1u));
  BOOST_TEST(!tested.answered(7).has_value());
  BOOST_TEST(!tested.remove_worker(7).has_value());
  BOOST_TEST(tested.working() + tested.workers() == 0u);
}

BOOST_DATA_TEST_CASE(whatever_happens_a_key_keeps_its_order_and_nobody_idles, boost::unit_test::data::xrange(1u, 41u), seed) {
  std::minstd_rand random{seed};
  key_dispatch tested;
  std::map<std::string, std::uint64_t> last;                           // Handed out of a key.
  std::map<std::uint64_t, std::pair<std::string, std::uint64_t>> busy; // By worker.
  std::map<std::uint64_t, std::string> keys;
  std::vector<std::uint64_t> workers;
  std::uint64_t items = 0, numbers = 0, out = 0;
  const auto forget = [&](std::uint64_t worker) { busy.erase(worker); };
  for (int i = 0; i < 2000; ++i) {
    const auto what = random() % 20;
    if (what < 9) {
      keys[++items] = std::string(1, static_cast<char>('a' + random() % 5));
      tested.add(items, keys[items]);
    } else if (what < 18 && !workers.empty()) {
      const auto worker = workers[random() % workers.size()];
      BOOST_REQUIRE_EQUAL(tested.answered(worker).has_value(), busy.contains(worker));
      forget(worker);
    } else if (what == 18 && workers.size() < 6) {
      workers.push_back(++numbers);
      tested.add_worker(numbers);
    } else if (what == 19 && workers.size() > 1) {
      tested.remove_worker(workers.back());
      forget(workers.back());
      workers.pop_back();
    }
    while (const auto next = tested.next()) {
      const auto& key = keys.at(next->item);
      BOOST_REQUIRE(last[key] < next->item);
      last[key] = next->item;
      for (const auto& [worker, work] : busy)
        BOOST_REQUIRE(work.first != key);
      BOOST_REQUIRE(busy.emplace(next->worker, std::pair{key, next->item}).second);
      ++out;
    }
    BOOST_REQUIRE_EQUAL(tested.working(), busy.size());
    BOOST_REQUIRE_EQUAL(tested.waiting() + out, items);
    if (tested.waiting() > 0 && busy.size() < workers.size()) // Then all that wait are of keys that are at work.
      BOOST_REQUIRE(!busy.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
