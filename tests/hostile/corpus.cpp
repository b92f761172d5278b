// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/corpus.hpp"

#include <algorithm>
#include <cctype>
#include <exception>
#include <filesystem>

#include "event_store/client/users.pb.h"
#include "tests/golden/transcript.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::hostile {

namespace {

namespace golden = kdb::golden;

/// Gathers what a transcript holds. Requests with places for saved values don't fit into messages, and are left out.
class gathering {
public:
  explicit gathering(corpus& into) : into_{into} {}

  void operator()(const golden::call_step& step) {
    add_requests(step.start);
    add_replies(step.start.method, step.expected);
  }
  void operator()(const golden::open_step& step) {
    methods_[step.name] = step.start.method;
    add_requests(step.start);
  }
  void operator()(const golden::send_step& step) { add_request(methods_[step.name], step.request); }
  void operator()(const golden::take_step& step) { add_replies(methods_[step.name], step.expected); }
  void operator()(const golden::end_step& step) { add_replies(methods_[step.name], step.expected); }
  void operator()(const golden::cancel_step&) {}
  void operator()(const golden::sleep_step&) {}

private:
  void add_requests(const golden::call_start& call) {
    for (const auto& each : call.requests)
      add_request(call.method, each);
  }
  void add_request(const std::string& method, const nlohmann::json& json) {
    add(into_.requests[method], method, json, &golden::method_shape::request);
  }
  void add_replies(const std::string& method, const golden::answer& expected) {
    if (const auto found = expected.find("responses"); found != expected.end())
      for (const auto& each : *found)
        add(into_.replies[method], method, each, &golden::method_shape::response);
  }
  static void add(std::vector<std::string>& to, const std::string& method, const nlohmann::json& json,
                  std::string golden::method_shape::*message) {
    constexpr std::size_t longest = 20'000; // Mutations of longer ones show nothing more.
    try {
      auto bytes = golden::to_wire(golden::find_method(method).*message, json);
      if (bytes.size() <= longest)
        to.push_back(std::move(bytes));
    } catch (const std::exception&) {
      // One that is saved from an earlier reply.
    }
  }

  corpus& into_;
  std::map<std::string, std::string> methods_;
};

} // namespace

std::string chance::bytes(std::size_t most) {
  std::string text(below(most + 1), '\0');
  for (auto& each : text)
    each = static_cast<char>(number());
  return text;
}

corpus corpus::load() {
  corpus all;
  for (const auto* folder : {"open", "secured"}) {
    const auto path = std::filesystem::path{KDB_GOLDEN_DIR} / folder;
    if (!std::filesystem::exists(path))
      continue;
    std::vector<std::filesystem::path> files{std::filesystem::directory_iterator{path}, {}};
    std::sort(files.begin(), files.end()); // The same order everywhere, for the seeds' sake.
    for (const auto& file : files) {
      gathering gather{all};
      if (file.extension() == ".json" && file.stem() != "allowed_differences")
        for (const auto& step : golden::load_transcript(file).steps)
          std::visit(gather, step);
    }
  }
  event_store::client::users::DetailsResp user;
  user.mutable_user_details()->set_login_name("somebody");
  user.mutable_user_details()->add_groups("$admins");
  all.replies["/event_store.client.users.Users/Details"].push_back(user.SerializeAsString());
  std::erase_if(all.requests, [](const auto& each) { return each.second.empty(); });
  for (const auto& [method, ignored] : all.requests)
    all.methods.push_back(method);
  return all;
}

std::string corpus::reply(const std::string& method, chance& any) const {
  const auto found = replies.find(method);
  return found == replies.end() || found->second.empty() ? std::string{} : any.of(found->second);
}

std::string mutated(std::string message, chance& any) {
  for (auto times = 1 + any.below(4); times > 0; --times) {
    const auto at = any.below(message.size() + 1);
    const auto length = std::min(message.size() - at, 1 + any.below(16));
    switch (any.below(6)) {
      case 0: message.insert(at, any.bytes(16)); break;
      case 1: message.erase(at, length); break;
      case 2: message.insert(at, message.substr(at, length)); break;
      case 3: message.resize(at); break;
      case 4:
        if (at < message.size())
          message[at] = static_cast<char>(any.number());
        break;
      default:
        for (auto i = at; i < at + length; ++i)
          message[i] = '\xff';
    }
  }
  return message;
}

std::string broken_texts(std::string message) {
  const auto is_letter = [&](std::size_t i) { return std::isalnum(static_cast<unsigned char>(message[i])) != 0; };
  for (std::size_t i = 0; i + 2 < message.size(); ++i)
    if (is_letter(i) && is_letter(i + 1) && is_letter(i + 2) && (i == 0 || !is_letter(i - 1)))
      message[i + 1] = '\xfe';
  return message;
}

} // namespace kdb::hostile
