// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/database.hpp"

#include "devnode/store/stream.hpp"

#include <sqlite3.h>

#include <cstring>
#include <stdexcept>
#include <string_view>

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
  auto body = blob(row, 11);
  event.body = shared_bytes{body.data(), body.size()};
  if (event.record_size > body.size() || std::uint64_t{event.data_size} + event.custom_size > event.record_size ||
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
  auto result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
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

std::vector<kept_event> database::load() {
  std::vector<kept_event> events;
  auto rows = prepare(select_sql);
  int result = 0;
  while ((result = sqlite3_step(rows.get())) == SQLITE_ROW)
    events.push_back(read_row(rows.get()));
  if (result != SQLITE_DONE)
    fail("read");
  return events;
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
  bytes(12, event.body.begin(), event.body.size());
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
