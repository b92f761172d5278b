// SPDX-License-Identifier: Apache-2.0

// The transcripts in failover/: calls again and again, and calls that were open, while the leader of a cluster is killed, resigns or shuts down and
// while a node returns. The cluster of development nodes must show the same answers in the same order; times are its own.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <set>
#include <thread>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/wait.hpp"

#include "tests/golden/failover.hpp"
#include "tests/golden/stage.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::golden {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using outcomes = std::vector<std::string>;

const auto folder = fs::path{KDB_GOLDEN_DIR} / "failover";

json load(const fs::path& file) {
  auto in = std::ifstream{file};
  return json::parse(in);
}

// What is decided to differ: `{"transcript", "probe", "instead": [outcomes], "reason"}`, or with `call` for one that was open.
const json& differences() {
  static const auto list = load(folder / "differences.json");
  return list;
}

// Services that the node lacks are left out.
bool served(const std::string& method) {
  return method.find("Monitoring") == std::string::npos;
}

// -- calls again and again -----------------------------------------------------------------------------------------

std::string name_of(const json& step) {
  auto method = step.at("probe").get<std::string>();
  auto service = method.find("Persistent") == std::string::npos ? "" : "/PersistentSubscriptions";
  auto insists = !step.value("metadata", json::array()).empty();
  auto request = step.value("first_requests", json::array());
  auto all = !request.empty() && request[0].value("options", json::object()).contains("all");
  auto subscribes = !request.empty() && request[0].value("options", json::object()).contains("subscription");
  return step.at("node").get<std::string>() + service + method.substr(method.rfind('/')) + (all ? " $all" : "") +
         (subscribes ? " subscription" : "") + (insists ? " requires-leader" : "");
}

std::string shown(const outcomes& values) {
  auto text = std::string{};
  for (const auto& value : values)
    text += "\n    " + value;
  return text;
}

// In which order a node of a cluster is what it is for long. What lies between comes and goes with the moments of gossip.
outcomes lasting(const outcomes& states) {
  auto result = outcomes{};
  for (const auto& state : states)
    if (state == "Leader" || state == "Follower" || state == "dead")
      result.push_back(state);
  return without_repeats(result);
}

void compare_gossip(const std::string& name, const std::vector<json>& recorded, const std::vector<json>& got, const stage& on) {
  auto by_member = [](const std::vector<json>& answers, const names_by_port& names) {
    auto result = std::map<std::string, outcomes>{};
    for (const auto& answer : answers)
      if (answer.contains("response"))
        for (const auto& [member, state] : members_of(answer["response"], names))
          result[member].push_back(state);
    return result;
  };
  auto expected = by_member(recorded, on.recorded_names), actual = by_member(got, on.names);
  const auto gone = !recorded.empty() && !recorded.back().contains("response"); // and the recorder did not wait for its return
  for (auto& [member, states] : expected) {
    auto before = lasting(states), now = lasting(actual[member]);
    if (on.cold()) // A busy machine takes nodes that start slowly for dead.
      std::erase(before, "dead");
    if (gone && now.size() > before.size())
      now.resize(before.size());
    BOOST_TEST((before == now), name << " about " << member << ": recorded" << shown(without_repeats(states)) << "\n  got"
                                     << shown(without_repeats(actual[member])));
  }
}

// What a busy machine has under way when a process is told to end is cut off by that.
outcomes without_cut_off(const outcomes& recorded, outcomes got) {
  if (got.size() < 3 || got.size() != recorded.size() + 1)
    return got;
  const auto last = got.end() - 2;
  if (got.back() == "transport" && *last == "UNKNOWN Exception was thrown by handler.")
    got.erase(last);
  return got;
}

void compare_probe(const json& script, const std::string& name, outcomes recorded, outcomes got) {
  for (const auto& each : differences()) {
    if (script.at("name") != each.at("transcript") || name != each.value("probe", ""))
      continue;
    BOOST_TEST((recorded != each["instead"].get<outcomes>()), name << ": this difference is not needed");
    recorded = each["instead"].get<outcomes>();
  }
  if (script.at("name") == "sigterm-other-calls")
    got = without_cut_off(recorded, std::move(got));
  BOOST_TEST((recorded == got), name << ": recorded" << shown(recorded) << "\n  got" << shown(got));
}

outcomes all_outcomes(const std::vector<json>& answers, const names_by_port& names) {
  auto result = outcomes{};
  for (const auto& each : answers)
    result.push_back(outcome_of(each, names));
  return without_repeats(result);
}

std::vector<json> answers_of(const json& step) {
  auto result = std::vector<json>{};
  for (const auto& each : step.at("answers")) {
    result.push_back({{"status", each.value("status", json{{"code", "OK"}, {"message", ""}, {"trailers", json::object()}})}});
    if (each.contains("response"))
      result.back() = {{"response", each["response"]}};
  }
  return result;
}

// Some node never answers this method.
bool hangs(const json& step) {
  return step.at("probe").get<std::string>().find("Projections") != std::string::npos;
}

void probes_see_what_was_recorded(const json& script) {
  auto on = stage{script};
  auto stop = std::atomic<bool>{false};
  auto begun = std::atomic<std::size_t>{0};
  struct running {
    json step;
    std::future<std::vector<json>> answers;
  };
  auto all = std::vector<std::unique_ptr<running>>{};
  for (const auto& step : script.at("steps")) {
    if (!step.contains("probe") || !served(step["probe"]))
      continue;
    all.push_back(std::make_unique<running>(running{step, {}}));
    auto metadata = metadata_list{};
    for (const auto& header : step.value("metadata", json::array()))
      metadata.emplace_back(header[0], header[1]);
    auto wanted =
      probe{.method = step["probe"], .requests = step["first_requests"].get<std::vector<json>>(), .metadata = metadata};
    wanted.every = fixtures::slowness * 20ms;
    if (hangs(step)) { // as the recorder's calls
      wanted.deadline = 2s;
      wanted.every *= 5;
    }
    auto target = on.nodes.address(on.roles.at(step["node"]));
    all.back()->answers = std::async(
      std::launch::async, [target, wanted, &stop, &begun] { return call_again_and_again(target, wanted, stop, begun); });
  }
  if (!on.cold())
    fixtures::wait_until("the first answers", [&] { return begun == all.size(); });
  on.let_happen();
  stop = true;
  for (auto& each : all) {
    auto got = each->answers.get();
    auto recorded = answers_of(each->step);
    if (each->step["probe"].get<std::string>().find("Gossip") != std::string::npos) {
      compare_gossip(name_of(each->step), recorded, got, on);
      continue;
    }
    auto before = all_outcomes(recorded, on.recorded_names), now = all_outcomes(got, on.names);
    if (on.cold()) { // Its ports may be open before the first call.
      std::erase(before, "transport");
      std::erase(now, "transport");
    }
    compare_probe(script, name_of(each->step), before, now);
  }
}

// -- calls that are open -------------------------------------------------------------------------------------------

// How a call went on after the event, as recorded or as it is: its end, and what kinds of messages came.
struct aftermath {
  std::string end = "open";
  std::set<std::string> kinds;
};

std::string kind_of(const json& response) {
  if (response.contains("error"))
    return "error " + response["error"].value("message", "");
  for (const auto* kind : {"success", "event", "confirmation", "caught_up", "checkpoint"})
    if (response.contains(kind))
      return kind;
  return response.empty() ? "empty" : response.begin().key();
}

aftermath recorded_aftermath(const json& script, const std::string& call, const names_by_port& names) {
  auto result = aftermath{};
  auto happened = false;
  for (const auto& step : script.at("steps")) {
    happened = happened || step.contains("event");
    if (!happened || (step.value("take", "") != call && step.value("end", "") != call))
      continue;
    if (step.contains("status"))
      result.end = outcome_of({{"status", step["status"]}}, names);
    const auto lost = step.value("not_acknowledged", json::object());
    for (const auto& [kind, count] : lost.items())
      if (kind.starts_with("batch error "))
        result.kinds.insert("error " + kind.substr(12));
    if (step.value("acknowledged", 0) > 0)
      result.kinds.insert("success");
    for (const auto& response : step.value("responses", json::array()))
      if (!response.contains("elided"))
        result.kinds.insert(kind_of(response));
  }
  return result;
}

/// A call that is open while something happens. A subscriber reads all that comes, a batch also writes all the time, a finite read is slow.
class open_call {
public:
  open_call(const json& step, connection server) : server_{std::move(server)}, method_{step["call"]} {
    auto metadata = metadata_list{};
    for (const auto& header : step.value("metadata", json::array()))
      metadata.emplace_back(header[0], header[1]);
    call_.emplace(server_, method_, metadata, 0ms);
    shape_ = find_method(method_);
    for (const auto& request : step["requests"]) {
      slow_ = request["options"].contains("count");
      all_ = request["options"].contains("all");
      call_->write(to_wire(shape_.request, request));
    }
    writes_ = step["requests"].empty();
    if (!writes_ && !shape_.client_streams)
      call_->writes_done();
  }

  // Until `stop`, then what is left.
  aftermath watch(const names_by_port& names, const std::atomic<bool>& stop) {
    auto result = aftermath{};
    auto message = std::string{};
    for (int i = 0;; ++i) {
      auto stopped = stop.load();
      if (writes_ && !stopped)
        call_->write(to_wire(shape_.request, append(i)));
      if (slow_ && !stopped)
        std::this_thread::sleep_for(5ms);
      auto came = call_->read(message, stopped ? 300ms : 10ms);
      if (came == generic_call::read_result::message)
        note(from_wire(shape_.response, message), result);
      else if (came == generic_call::read_result::ended)
        heard_ = true, result.end = outcome_of({{"status", call_->status()}}, names);
      if (came == generic_call::read_result::ended || (stopped && came == generic_call::read_result::timed_out))
        return result;
    }
  }

  bool in_order() const { return in_order_; }
  bool heard() const { return heard_; }

private:
  static json append(int number) {
    char id[37];
    std::snprintf(id, sizeof id, "10000000-0000-4000-8000-%012d", number);
    return {{"correlation_id", {{"string", id}}},
            {"options", {{"stream_identifier", {{"stream_name", "YmF0Y2g="}}}, {"any", json::object()}}},
            {"is_final", true}};
  }

  void note(const json& response, aftermath& into) {
    heard_ = true;
    into.kinds.insert(kind_of(response));
    if (!response.contains("event") || all_)
      return;
    auto revision = std::stoll(response["event"]["event"].value("stream_revision", "0"));
    in_order_ = in_order_ && (last_ < 0 || revision == last_ + 1);
    last_ = revision;
  }

  connection server_;
  std::string method_;
  std::optional<generic_call> call_;
  method_shape shape_;
  bool slow_ = false;
  bool all_ = false;
  bool writes_ = false;
  bool in_order_ = true;
  std::atomic<bool> heard_{false};
  long long last_ = -1;
};

void open_calls_go_on_as_recorded(const json& script) {
  auto on = stage{script};
  auto stop = std::atomic<bool>{false};
  struct running {
    std::string name;
    std::unique_ptr<open_call> call;
    std::future<aftermath> result;
  };
  auto all = std::vector<running>{};
  for (const auto& step : script.at("steps")) {
    if (!step.contains("open") || !served(step["call"]))
      continue;
    auto call = std::make_unique<open_call>(step, on.connect(step["node"]));
    auto& watched = *call;
    all.push_back({step["open"], std::move(call), std::async(std::launch::async, [&] { return watched.watch(on.names, stop); })});
  }
  for (auto& each : all)
    fixtures::wait_until(each.name, [&] { return each.call->heard(); });
  on.let_happen();
  stop = true;
  for (auto& each : all) {
    auto got = each.result.get();
    auto recorded = recorded_aftermath(script, each.name, on.recorded_names);
    for (const auto& other : differences())
      if (script.at("name") == other.at("transcript") && each.name == other.value("call", "")) {
        BOOST_TEST(recorded.end != other["instead"][0].get<std::string>(), each.name << ": this difference is not needed");
        recorded.end = other["instead"][0];
      }
    // The recorder stopped before such a read was through.
    if (recorded.end == "open" && each.name.starts_with("read-") && got.end == "OK")
      got.end = "open";
    BOOST_TEST(recorded.end == got.end, each.name << " ended with " << got.end << " instead of " << recorded.end);
    BOOST_TEST(each.call->in_order(), each.name);
    for (const auto& kind : got.kinds)
      if (kind.starts_with("error "))
        BOOST_TEST(recorded.kinds.contains(kind), each.name << ": " << kind);
    if (each.name.starts_with("batch-"))
      BOOST_TEST(got.kinds.contains("success"), each.name);
  }
}

void every_difference_names_a_probe_or_a_call() {
  for (const auto& each : differences()) {
    auto script = load(folder / (each.at("transcript").get<std::string>() + ".json"));
    auto names = std::set<std::string>{};
    for (const auto& step : script["steps"])
      if (step.contains("probe"))
        names.insert(name_of(step));
      else if (step.contains("open"))
        names.insert(step["open"]);
    BOOST_TEST(names.contains(each.contains("call") ? each["call"] : each.at("probe")), each.dump());
    BOOST_TEST(!each.at("reason").get<std::string>().empty());
  }
}

} // namespace

void add_failover_tests() {
  auto files = std::set<fs::path>{};
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().extension() == ".json" && entry.path().stem() != "differences")
      files.insert(entry.path());
  auto& suite = boost::unit_test::framework::master_test_suite();
  auto add = [&](auto test, const std::string& name) {
    suite.add(boost::unit_test::make_test_case(test, name, __FILE__, __LINE__));
  };
  for (const auto& file : files) {
    auto name = file.stem().string();
    if (name.find("-acknowledged-") != std::string::npos)
      continue; // in acknowledged_tests.cpp
    auto opens = name.ends_with("open-calls") || name.ends_with("batch-append");
    add(
      [file, name, opens] {
        auto script = load(file);
        script["name"] = name;
        opens ? open_calls_go_on_as_recorded(script) : probes_see_what_was_recorded(script);
      },
      name);
  }
  add(every_difference_names_a_probe_or_a_call, "every_difference_names_a_probe_or_a_call");
}

} // namespace kdb::golden
