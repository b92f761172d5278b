// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/append.hpp>
#include <kdb/call_options.hpp>
#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/result.hpp>
#include <kdb/stream_state.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The access control list of a stream: login names and groups, `$all` for everybody. If a right is unset, the server's default applies.
/// If its list is empty, only administrators have the right.
struct stream_acl {
  std::optional<std::vector<std::string>> read{};           ///< Who may read events.
  std::optional<std::vector<std::string>> write{};          ///< Who may append events.
  std::optional<std::vector<std::string>> remove{};         ///< Who may delete the stream.
  std::optional<std::vector<std::string>> read_metadata{};  ///< Who may read the metadata.
  std::optional<std::vector<std::string>> write_metadata{}; ///< Who may change the metadata.
  friend bool operator==(const stream_acl&, const stream_acl&) = default;
};

/// The metadata of a stream. Unset members are absent.
struct stream_metadata {
  /// Keep only this many of the newest events (`$maxCount`); at least 1.
  std::optional<std::uint64_t> max_count{};
  /// Hide older events (`$maxAge`); 1 s to 922337203685 s, some 29,000 years.
  std::optional<std::chrono::seconds> max_age{};
  /// Hide events before this revision (`$tb`).
  std::optional<stream_revision> truncate_before{};
  /// How long feeds may be cached (`$cacheControl`); the same range.
  std::optional<std::chrono::seconds> cache_control{};
  /// The access control list of the stream (`$acl`).
  std::optional<stream_acl> acl{};
  /// All other keys, in UTF-8, each with its value as JSON text. They are kept unchanged.
  std::map<std::string, std::string, std::less<>> custom{};

  friend bool operator==(const stream_metadata&, const stream_metadata&) = default;

  /// Whether these are the metadata of a soft-deleted stream.
  bool is_soft_deleted() const;
};

/// Reads the JSON of a metadata event. A known key with a value of the wrong type is an error that names the key, because the server
/// ignores such metadata as a whole.
result<stream_metadata> parse_stream_metadata(std::string_view json);

/// Writes the JSON of a metadata event. Errors name the member that is out of range, the custom value that is not JSON, or the text that
/// is not UTF-8.
result<std::string> to_json(const stream_metadata& metadata);

/// A stream's metadata, and the revision to expect when you replace them. A stream without metadata has neither.
struct metadata_result {
  stream_metadata metadata{};
  /// The revision of the metadata, not of the stream.
  std::optional<stream_revision> revision{};
  friend bool operator==(const metadata_result&, const metadata_result&) = default;
};

/// Options of an operation on metadata.
struct metadata_options {
  call_options call{};
};

/// The default access control lists, for streams that have none of their own.
struct system_settings {
  std::optional<stream_acl> user_stream_acl{};   ///< For streams whose name does not begin with `$`.
  std::optional<stream_acl> system_stream_acl{}; ///< For streams whose name begins with `$`.
  friend bool operator==(const system_settings&, const system_settings&) = default;
};

/// Reads the JSON of the system settings.
result<system_settings> parse_system_settings(std::string_view json);
/// Writes the JSON of the settings' event. Errors name the right whose list has a name that is not UTF-8.
result<std::string> to_json(const system_settings& all);

/// The system settings, and the revision to expect when you replace them.
struct system_settings_result {
  system_settings settings{};
  /// The revision of the settings stream. Expect it when you replace the settings.
  std::optional<stream_revision> revision{};
};

// -- requests ------------------------------------------------------------------------

/// Returns the metadata of a stream. If it has none, all members are unset; that is not an error.
struct get_stream_metadata {
  using answer = metadata_result;
  std::string stream;
  metadata_options options{};
};

/// Replaces the metadata of a stream. `expected` is the revision of the metadata, not of the stream.
struct set_stream_metadata {
  using answer = append_result;
  std::string stream;
  stream_state expected = stream_state::any;
  stream_metadata metadata{};
  metadata_options options{};
};

/// Returns the default access lists of the server.
struct get_system_settings {
  using answer = system_settings_result;
  metadata_options options{};
};

/// Replaces the default access lists of the server. `expected` is the revision of the settings themselves.
struct set_system_settings {
  using answer = append_result;
  stream_state expected = stream_state::any;
  system_settings settings{};
  metadata_options options{};
};

} // namespace v0
} // namespace kdb
