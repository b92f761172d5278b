// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/replay.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <stdexcept>
#include <thread>

#include "tests/golden/text_coding.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::golden {

using nlohmann::json;

namespace {

std::string describe(const step& content) {
  struct {
    std::string operator()(const call_step& s) const { return "call " + s.start.method; }
    std::string operator()(const open_step& s) const { return "open " + s.name + " " + s.start.method; }
    std::string operator()(const send_step& s) const { return "send " + s.name; }
    std::string operator()(const take_step& s) const { return "take " + s.name; }
    std::string operator()(const end_step& s) const { return "end " + s.name; }
    std::string operator()(const cancel_step& s) const { return "cancel " + s.name; }
    std::string operator()(const sleep_step& s) const { return "sleep " + std::to_string(s.duration.count()) + " ms"; }
  } visitor;
  return std::visit(visitor, content);
}

struct open_call {
  method_shape shape;
  generic_call call;
};

using servers = std::map<std::string, connection*>;

class player {
public:
  player(const transcript& script, servers nodes, correspondence seen, const std::vector<allowed_difference>& allowed,
         const replay_options& options)
    : script_{script}, servers_{std::move(nodes)}, options_{options}, seen_{std::move(seen)} {
    report_.transcript = script.name;
    for (const auto& entry : allowed)
      if (entry.transcript == script.name)
        report_.unused.push_back(entry);
  }

  replay_report run() {
    for (step_ = 0; step_ < script_.steps.size(); ++step_) {
      const auto& content = script_.steps[step_];
      try {
        std::visit([this](const auto& s) { this->play(s); }, content);
      } catch (const std::exception& problem) {
        fail({{"replay", "a step that can be replayed", problem.what()}});
      }
    }
    return std::move(report_);
  }

private:
  // -- steps -------------------------------------------------------------------------------------------------------------

  void play(const call_step& content) {
    auto opened = start(content.start, hangs(content.expected) ? options_.hanging_patience : options_.call_patience);
    if (opened.shape.client_streams)
      opened.call.writes_done();
    auto got = collect(opened, std::string::npos, options_.call_patience * 2);
    check(content.expected, got);
    for (const auto& [name, path] : content.save)
      saved_[name] = value_at(got["responses"], path);
  }

  void play(const open_step& content) {
    auto deadline = ends_hanging(content.name) ? options_.hanging_patience : std::chrono::milliseconds{0};
    open_.insert_or_assign(content.name, start(content.start, deadline));
  }

  void play(const send_step& content) {
    auto& opened = find(content.name);
    opened.call.write(prepare(opened.shape, content.request));
  }

  void play(const take_step& content) {
    auto silent = content.expected.value("timed_out", false);
    check(content.expected, collect(find(content.name), content.count, silent ? options_.silence : options_.take_patience));
  }

  void play(const end_step& content) {
    check(content.expected, collect(find(content.name), std::string::npos, options_.take_patience));
  }

  void play(const cancel_step& content) {
    find(content.name);
    open_.erase(content.name);
  }

  static void play(const sleep_step& content) { std::this_thread::sleep_for(content.duration); }

  static bool hangs(const answer& expected) {
    return expected.contains("status") && expected["status"].value("code", "") == "DEADLINE_EXCEEDED";
  }

  // Such a call had a deadline of the recorder.
  bool ends_hanging(const std::string& name) const {
    return std::any_of(script_.steps.begin(), script_.steps.end(), [&](const auto& content) {
      const auto* end = std::get_if<end_step>(&content);
      return end != nullptr && end->name == name && hangs(end->expected);
    });
  }

  // -- calls -------------------------------------------------------------------------------------------------------------

  open_call start(const call_start& content, std::chrono::milliseconds deadline) {
    auto shape = find_method(content.method);
    auto metadata = content.metadata;
    if (!content.anonymous && !options_.credentials.empty())
      metadata.emplace_back("authorization", "Basic " + to_base64(options_.credentials));
    auto messages = std::vector<std::string>{};
    for (const auto& request : content.requests)
      messages.push_back(prepare(shape, request));
    auto result = open_call{shape, generic_call{*servers_.at(content.node), content.method, metadata, deadline}};
    for (const auto& message : messages)
      result.call.write(message);
    if (!shape.client_streams)
      result.call.writes_done();
    return result;
  }

  std::string prepare(const method_shape& shape, json request) {
    substitute(request);
    seen_.learn_request(request);
    return to_wire(shape.request, request);
  }

  // Reads up to `count` responses; looks for the status where the call ends before.
  answer collect(open_call& opened, std::size_t count, std::chrono::milliseconds patience) {
    auto result = answer{{"responses", json::array()}};
    while (result["responses"].size() < count) {
      auto message = std::string{};
      switch (opened.call.read(message, patience)) {
        case generic_call::read_result::message: result["responses"].push_back(from_wire(opened.shape.response, message)); break;
        case generic_call::read_result::ended: result["status"] = opened.call.status(); return result;
        case generic_call::read_result::timed_out: result["timed_out"] = true; return result;
      }
    }
    return result;
  }

  open_call& find(const std::string& name) {
    auto found = open_.find(name);
    if (found == open_.end())
      throw std::runtime_error{"no open call " + name};
    return found->second;
  }

  // -- values ------------------------------------------------------------------------------------------------------------

  static std::string value_at(const json& responses, std::string path) {
    std::replace(path.begin(), path.end(), '.', '/');
    const auto& value = responses.at(json::json_pointer{"/" + path});
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  void substitute(json& value) const {
    if (value.is_structured())
      for (auto& element : value)
        substitute(element);
    if (!value.is_string())
      return;
    auto text = value.get<std::string>();
    if (!text.starts_with("${") || !text.ends_with("}"))
      return;
    auto found = saved_.find(text.substr(2, text.size() - 3));
    if (found == saved_.end())
      throw std::runtime_error{"nothing was saved as " + text};
    value = found->second;
  }

  // -- judgement ---------------------------------------------------------------------------------------------------------

  void check(const answer& recorded, const answer& got) {
    auto trial = seen_;
    auto against_recording = compare(recorded, got, trial);
    auto demanded = recorded, judged = got;
    auto decided = false;
    std::erase_if(report_.unused, [&](const allowed_difference& allowed) {
      if (allowed.step != step_)
        return false;
      demanded = with_difference(std::move(demanded), got, allowed);
      if (allowed.any)
        disregard(allowed, demanded, judged);
      decided = true;
      return was_needed(allowed, against_recording);
    });
    if (!decided) {
      seen_ = std::move(trial);
      fail(std::move(against_recording));
    } else {
      fail(compare(demanded, judged, seen_));
    }
  }

  void fail(std::vector<mismatch> mismatches) {
    if (!mismatches.empty())
      report_.failures.push_back({step_, describe(script_.steps[step_]), std::move(mismatches)});
  }

  const transcript& script_;
  servers servers_;
  const replay_options& options_;
  std::size_t step_ = 0;
  correspondence seen_;
  std::map<std::string, std::string> saved_;
  std::map<std::string, open_call> open_;
  replay_report report_;
};

} // namespace

replay_report replay(const transcript& script, connection& server, const std::vector<allowed_difference>& allowed,
                     const replay_options& options) {
  return player{script, {{"", &server}}, {}, allowed, options}.run();
}

replay_report replay(const transcript& script, std::map<std::string, cluster_node>& nodes,
                     const std::vector<allowed_difference>& allowed, const replay_options& options) {
  auto all = servers{};
  auto seen = correspondence{};
  for (auto& [name, node] : nodes)
    all[name] = &node.server;
  for (const auto& [name, port] : script.ports)
    seen.learn_port(port, nodes.at(name).port);
  return player{script, std::move(all), std::move(seen), allowed, options}.run();
}

std::ostream& operator<<(std::ostream& out, const replay_report& report) {
  for (const auto& failure : report.failures) {
    out << report.transcript << ", step " << failure.step << " (" << failure.what << ")\n";
    for (const auto& difference : failure.mismatches)
      out << "  " << difference.path << "\n    expected " << difference.expected << "\n    got      " << difference.got << '\n';
  }
  for (const auto& entry : report.unused)
    out << report.transcript << ", step " << entry.step << ": the allowed difference at " << entry.path
        << " is not needed any more (" << entry.reason << ")\n";
  return out;
}

} // namespace kdb::golden
