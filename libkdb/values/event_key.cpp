// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_key.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace kdb::inline v0 {

namespace {

using nlohmann::json;

/// Looks for one string of the outermost object, and builds nothing of the rest.
class member_search final : public nlohmann::json_sax<json> {
public:
  explicit member_search(std::string key) : wanted_{std::move(key)} {}
  std::optional<std::string> found() && { return std::move(found_); }

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_unsigned(number_unsigned_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }
  bool string(string_t& value) override {
    if (depth_ == 1 && at_key_)
      found_ = std::move(value);
    return scalar();
  }
  bool key(string_t& name) override {
    at_key_ = depth_ == 1 && name == wanted_;
    return true;
  }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return depth_ > 0 && enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
  bool scalar() {
    at_key_ = false;
    return depth_ > 0 && !found_;
  }
  bool enter() {
    ++depth_;
    at_key_ = false;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::string wanted_;
  std::optional<std::string> found_;
  int depth_ = 0;
  bool at_key_ = false;
};

std::optional<std::string> correlation_of(std::string_view metadata) {
  if (metadata.empty())
    return std::nullopt;
  member_search search{"$correlationId"};
  json::sax_parse(metadata.begin(), metadata.end(), &search);
  return std::move(search).found();
}

} // namespace

std::string key_by_stream(const resolved_event& event) {
  return std::string{event.stream()};
}

std::string key_by_correlation(const resolved_event& event) {
  if (auto id = correlation_of(event.metadata()))
    return "c" + std::move(*id);
  return "s" + key_by_stream(event);
}

} // namespace kdb::inline v0
