// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/database.hpp"

#include "devnode/store/stream.hpp"

#include <sqlite3.h>

#include <cstring>
#include <future>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace kdb::inline v0::development {
namespace {

constexpr int schema_version = 1;

// The columns are stored_event's members; the sizes say where in the body its parts are.
constexpr auto schema = R"(
  CREATE TABLE events (position INTEGER PRIMARY KEY, stream BLOB NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL,
    id BLOB NOT NULL, json INTEGER NOT NULL, record_size INTEGER NOT NULL, data_size INTEGER NOT NULL, custom_size INTEGER NOT NULL, type_offset INTEGER NOT NULL,
    type_size INTEGER NOT NULL, body BLOB NOT NULL);
  PRAGMA user_version = 1;)";

constexpr auto insert_sql = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr auto select_sql =
  "SELECT position, stream, revision, created, id, json, record_size, data_size, custom_size, type_offset, "
  "type_size, body FROM events ORDER BY position";

std::string_view blob(sqlite3_stmt* row, int column) {
  auto bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

/// Rows that were read together.
struct batch {
  static constexpr std::size_t enough_bytes = 4 << 20;

  struct row {
    stored_event event;
    std::size_t stream_size = 0;
    std::size_t body_size = 0;
  };
  std::vector<row> rows;
  std::string bytes; ///< Of each row the name of its stream and its body.

  void clear() {
    rows.clear();
    bytes.clear();
  }

  void add(kept_event kept) {
    bytes.append(kept.stream).append(kept.body);
    rows.push_back({std::move(kept.event), kept.stream.size(), kept.body.size()});
  }

  void pass_on(const std::function<void(kept_event)>& take) {
    std::string_view left = bytes;
    auto cut = [&left](std::size_t size) {
      auto part = left.substr(0, size);
      left.remove_prefix(size);
      return part;
    };
    for (auto& each : rows) {
      auto stream = cut(each.stream_size);
      take({stream, cut(each.body_size), std::move(each.event)});
    }
  }
};

kept_event read_row(sqlite3_stmt* row) {
  auto size = [row](int column) { return static_cast<std::uint32_t>(sqlite3_column_int64(row, column)); };
  kept_event kept;
  auto& event = kept.event;
  event.position = static_cast<std::uint64_t>(sqlite3_column_int64(row, 0));
  kept.stream = blob(row, 1);
  event.revision = sqlite3_column_int64(row, 2);
  event.created = sqlite3_column_int64(row, 3);
  if (auto id = blob(row, 4); id.size() == sizeof event.id)
    std::memcpy(&event.id, id.data(), sizeof event.id);
  event.json = sqlite3_column_int(row, 5) != 0;
  event.record_size = size(6);
  event.data_size = size(7);
  event.custom_size = size(8);
  event.type_offset = size(9);
  event.type_size = size(10);
  kept.body = blob(row, 11);
  if (event.record_size > kept.body.size() || std::uint64_t{event.data_size} + event.custom_size > event.record_size ||
      std::uint64_t{event.type_offset} + event.type_size > event.record_size)
    throw std::runtime_error{"development node: the database is damaged at position " + std::to_string(event.position)};
  return kept;
}

} // namespace

void database::closer::operator()(sqlite3* open) const {
  sqlite3_close_v2(open);
}

void database::closer::operator()(sqlite3_stmt* prepared) const {
  sqlite3_finalize(prepared);
}

database::database(const std::string& file, bool sync_every_transaction) : file_{file} {
  sqlite3* opened = nullptr;
  auto result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  open_.reset(opened);
  if (result != SQLITE_OK)
    fail("open");
  // Large pages and a long write-ahead log: the node only adds events, and pages that are written and synced twice are what that costs.
  // They count for new files; a commit of one small event writes a whole page.
  execute("PRAGMA page_size = 16384; PRAGMA wal_autocheckpoint = 2000;");
  // Exclusive: a second node on the file is refused. With a write-ahead log a commit is one write, and at most one sync.
  execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
  execute(sync_every_transaction ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;");
  execute("BEGIN IMMEDIATE"); // takes the lock now
  auto version = prepare("SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version");
  if (sqlite3_step(version.get()) != SQLITE_ROW)
    fail("read");
  auto found = sqlite3_column_int(version.get(), 0), tables = sqlite3_column_int(version.get(), 1);
  version.reset();
  if (found == 0 && tables == 0)
    execute(schema);
  else if (found != schema_version)
    throw std::runtime_error{"development node: '" + file +
                             "' is not a database of this version of the node; choose another file"};
  execute("COMMIT");
  insert_ = prepare(insert_sql);
}

// While the rows of one batch are taken those of the next are read on another thread: each of the two is half of a long start.
void database::load(const std::function<void(kept_event)>& take) {
  auto rows = prepare(select_sql);
  batch reading, read;
  auto read_on = [&] {
    return std::async(std::launch::async, [&] {
      reading.clear();
      auto result = SQLITE_ROW;
      while (reading.bytes.size() < batch::enough_bytes && (result = sqlite3_step(rows.get())) == SQLITE_ROW)
        reading.add(read_row(rows.get()));
      if (result != SQLITE_ROW && result != SQLITE_DONE)
        fail("read");
      return result == SQLITE_ROW;
    });
  };
  auto more = read_on();
  for (bool last = false; !last;) {
    last = !more.get();
    std::swap(reading, read);
    if (!last)
      more = read_on();
    read.pass_on(take);
  }
}

void database::write(std::span<const stored_event* const> events) {
  execute("BEGIN");
  try {
    for (auto event : events)
      insert(*event);
    execute("COMMIT");
  } catch (const std::runtime_error&) {
    sqlite3_exec(open_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void database::insert(const stored_event& event) {
  auto row = insert_.get();
  auto number = [row](int column, auto value) { sqlite3_bind_int64(row, column, static_cast<sqlite3_int64>(value)); };
  auto bytes = [row](int column, const void* data, std::size_t size) {
    sqlite3_bind_blob64(row, column, data, size, SQLITE_STATIC);
  };
  number(1, event.position);
  bytes(2, event.owner->name.data(), event.owner->name.size());
  number(3, event.revision);
  number(4, event.created);
  bytes(5, &event.id, sizeof event.id);
  number(6, event.json);
  number(7, event.record_size);
  number(8, event.data_size);
  number(9, event.custom_size);
  number(10, event.type_offset);
  number(11, event.type_size);
  auto body = event.body();
  bytes(12, body.data(), body.size());
  auto result = sqlite3_step(row);
  sqlite3_reset(row);
  if (result != SQLITE_DONE)
    fail("write");
}

void database::execute(const char* sql) {
  if (sqlite3_exec(open_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail("write");
}

database::statement database::prepare(const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(open_.get(), sql, -1, &prepared, nullptr) != SQLITE_OK)
    fail("read");
  return statement{prepared};
}

void database::fail(const char* doing) const {
  throw std::runtime_error{"development node: cannot " + std::string{doing} + " the database '" + file_ +
                           "': " + (open_ ? sqlite3_errmsg(open_.get()) : "out of memory")};
}

} // namespace kdb::inline v0::development
