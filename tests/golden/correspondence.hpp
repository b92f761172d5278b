// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

namespace kdb::golden {

/// Which values of the server under test stand for which of the recording: log positions, which must keep their order and
/// stay equal where they were equal, and ids that a server makes, which must stay equal and distinct. A value; copies are independent.
class correspondence {
public:
  /// Remembers the ids and payloads that a request sends: those must come back literally.
  void learn_request(const nlohmann::json& request);

  /// True if a request has sent this id; any letter case.
  bool was_sent_as_id(const std::string& id) const;

  /// True if a request has sent these bytes, given as base64.
  bool was_sent_as_payload(const std::string& base64) const;

  /// True if `got` may stand for the recorded position; remembers the pair. 0, negative numbers and 2^64-1 stand for themselves.
  bool position_fits(const std::string& recorded, const std::string& got);

  /// Which port of the server under test stands for a recorded one. Ports of which nothing was said may be any.
  void learn_port(const std::string& recorded, const std::string& actual) { ports_[recorded] = actual; }

  /// True if `got` may stand for the recorded port.
  bool port_fits(const std::string& recorded, const std::string& got) const {
    auto found = ports_.find(recorded);
    return found == ports_.end() || found->second == got;
  }

  /// The text with the server's own addresses on 127.0.0.1 in place of the recorded ones.
  std::string with_ports(std::string text) const;

  /// True if `got` may stand for the recorded id; remembers the pair.
  bool id_fits(const std::string& recorded, const std::string& got);

private:
  std::set<std::string> sent_ids_;
  std::set<std::string> sent_payloads_;
  std::map<std::uint64_t, std::uint64_t> positions_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::string> ids_backwards_;
  std::map<std::string, std::string> ports_;
};

/// True for the canonical text of a UUID.
bool is_uuid(const std::string& text);

/// Canonical text of a UUID message in either form, `{"string": …}` or `{"structured": {…}}`; empty if the value is neither.
std::string uuid_text(const nlohmann::json& value);

} // namespace kdb::golden
