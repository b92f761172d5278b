// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/kept_groups.hpp"

#include "devnode/persistent/group_streams.hpp"
#include "devnode/store/cursor.hpp"

#include <limits>
#include <map>
#include <utility>

namespace kdb::inline v0::development {
namespace {

/// Groups by stream and name, in the order in which they were set.
class ordered_groups {
public:
  void set(group_definition group) {
    std::pair key{group.stream, group.name};
    remove(key);
    numbers_[std::move(key)] = next_;
    groups_.emplace(next_++, std::move(group));
  }

  void remove(const std::pair<std::string, std::string>& key) {
    auto found = numbers_.find(key);
    if (found == numbers_.end())
      return;
    groups_.erase(found->second);
    numbers_.erase(found);
  }

  std::vector<group_definition> take() {
    std::vector<group_definition> all;
    all.reserve(groups_.size());
    for (auto& [number, group] : groups_)
      all.push_back(std::move(group));
    return all;
  }

private:
  std::map<std::pair<std::string, std::string>, std::size_t> numbers_;
  std::map<std::size_t, group_definition> groups_;
  std::size_t next_ = 0;
};

} // namespace

std::vector<group_definition> kept_groups::load() {
  ordered_groups groups;
  std::uint64_t document_position = 0;
  document_bytes_ = change_bytes_ = 0;
  stream_backwards last{store_, std::string{config_stream}, std::numeric_limits<std::int64_t>::max()};
  int budget = 1;
  if (auto found = last.next(budget)) {
    document_position = found->position;
    document_bytes_ = found->data().size();
    for (auto& each : read_config(found->data()))
      groups.set(std::move(each));
  }
  stream_forwards changes{store_, std::string{changes_stream}, 0};
  budget = std::numeric_limits<int>::max();
  while (auto found = changes.next(budget)) {
    if (found->position < document_position)
      continue;
    change_bytes_ += found->data().size();
    auto change = read_change(found->data());
    if (!change)
      continue;
    if (change->removed)
      groups.remove({change->group.stream, change->group.name});
    else
      groups.set(std::move(change->group));
  }
  return groups.take();
}

void kept_groups::save_set(const group_definition& group, const std::function<definitions()>& all) {
  save(write_change({group, false}), all);
}

void kept_groups::save_removed(const group_definition& group, const std::function<definitions()>& all) {
  save(write_change({group, true}), all);
}

void kept_groups::save(const std::string& change, const std::function<definitions()>& all) {
  if (document_bytes_ > small_document && change_bytes_ + change.size() < document_bytes_) {
    change_bytes_ += change.size();
    return write(changes_stream, change_type, change);
  }
  if (!store_.find(config_stream))
    write("$$" + std::string{config_stream}, "$metadata", R"({"$maxCount":2})");
  auto document = write_config(all(), timestamp_text(store_.now()));
  document_bytes_ = document.size();
  write(config_stream, config_type, document);
  if (std::exchange(change_bytes_, 0) > 0)
    store_.soft_delete(changes_stream, expected_state::any()); // the document has them
}

void kept_groups::write(std::string_view stream, std::string_view type, const std::string& data) {
  proposed_event event{.id = random_uuid(), .type = type, .json = true, .data = data, .custom_metadata = {}};
  store_.append(stream, expected_state::any(), {&event, 1});
}

} // namespace kdb::inline v0::development
