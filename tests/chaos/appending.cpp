// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/appending.hpp"

#include <map>
#include <utility>

#include "tests/fixtures/wait.hpp"

namespace kdb::chaos {

using namespace std::chrono_literals;

appender::appender(append_plan plan, async_client client, boost::asio::any_io_executor executor, ledger& book, std::uint64_t seed)
  : plan_{std::move(plan)}, client_{std::move(client)}, timer_{std::move(executor)}, book_{book}, random_{seed} {}

void appender::step() {
  if (stop_) {
    done_ = true;
    return;
  }
  events_.clear();
  all_.emplace_back();
  for (auto i = 1 + random_() % 3; i > 0; --i) {
    events_.push_back(new_event::json("happened", std::string(20 + random_() % 500, '1')));
    all_.back().ids.push_back(events_.back().id);
  }
  send();
}

void appender::send() {
  append_options how;
  how.call.deadline = std::chrono::milliseconds{500 + random_() % 5000};
  how.call.retry = plan_.retry;
  if (plan_.own_call)
    how.call.credentials = credentials::basic("somebody", "something");
  const auto expected = !plan_.explicit_state ? stream_state::any
                        : count_ == 0         ? stream_state::no_stream
                                              : stream_state::revision(count_ - 1);
  auto begun = book_.begin("an append to " + plan_.stream);
  client_.append_to_stream(plan_.stream, expected, events_, how,
                           [self = shared_from_this(), begun](const result<append_result>& answer) {
                             if (answer)
                               begun->succeeded();
                             else
                               begun->failed(answer.error());
                             self->answered(answer);
                           });
}

void appender::answered(const result<append_result>& answer) {
  if (answer) {
    acknowledge(*answer);
  } else if (answer.error().code == errc::closed) {
    book_.finding("an append was told that the client is closed, which it is not");
    done_ = true;
    return;
  } else if (plan_.explicit_state) {
    timer_.expires_after(20ms);
    timer_.async_wait([self = shared_from_this()](const auto&) { self->send(); });
    return;
  } else {
    all_.back().known = answer.error().outcome_unknown ? outcome::unknown : outcome::nothing;
  }
  pause();
}

void appender::acknowledge(const append_result& answer) {
  acknowledged_ += events_.size();
  count_ += events_.size();
  all_.back().known = outcome::written;
  if (!answer.revision) {
    book_.finding("an append to " + plan_.stream + " was acknowledged without a revision");
    return;
  }
  all_.back().last = answer.revision->value;
  if (plan_.explicit_state && answer.revision->value != count_ - 1)
    book_.finding("an append to " + plan_.stream + " ended at " + to_string(*answer.revision) + " instead of " +
                  std::to_string(count_ - 1));
}

void appender::pause() {
  timer_.expires_after(std::chrono::milliseconds{10 + random_() % 40} * fixtures::slowness);
  timer_.async_wait([self = shared_from_this()](const auto&) { self->step(); });
}

void appender::judge(const event_list& stream) const {
  std::map<uuid, std::vector<std::uint64_t>> places;
  for (const auto& event : stream)
    places[event.id()].push_back(event.revision().value);
  const auto blame = [&](const one& each, const std::string& what) {
    book_.finding(plan_.stream + (plan_.explicit_state ? " (explicit)" : " (any)") + ", append of " +
                  to_string(each.ids.front()) + ": " + what);
  };
  for (const auto& each : all_) {
    std::vector<std::uint64_t> found;
    for (const auto& id : each.ids) {
      if (const auto at = places.find(id); at != places.end()) {
        found.insert(found.end(), at->second.begin(), at->second.end());
        places.erase(at);
      }
    }
    if (found.size() > each.ids.size())
      blame(each, "written more than once");
    if (each.known == outcome::nothing && !found.empty())
      blame(each, "written although it was said that nothing was");
    if (each.known == outcome::written && found.size() < each.ids.size())
      blame(each, "acknowledged, and " + std::to_string(each.ids.size() - found.size()) + " of its events are missing");
    if (!found.empty() && found.size() < each.ids.size())
      blame(each, "written in part");
    for (std::size_t i = 0; i + 1 < found.size(); ++i)
      if (found[i] + 1 != found[i + 1])
        blame(each, "its events do not follow each other");
    if (each.known == outcome::written && !found.empty() && found.back() != each.last)
      blame(each, "told to end at " + std::to_string(each.last) + ", and ends at " + std::to_string(found.back()));
  }
  for (const auto& [id, where] : places)
    book_.finding(plan_.stream + " has an event at " + std::to_string(where.front()) + " that nobody appended");
}

} // namespace kdb::chaos
