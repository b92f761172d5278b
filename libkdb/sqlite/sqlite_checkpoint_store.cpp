// SPDX-License-Identifier: Apache-2.0
#include <kdb/checkpoint_store.hpp>

#include <sqlite3.h>

#include <mutex>
#include <string>

#include "libkdb/values/resume_point_text.hpp"

namespace kdb::inline v0 {

namespace {

constexpr int busy_timeout_ms = 5000;

struct close_database {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct finish_statement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using database_ptr = std::unique_ptr<sqlite3, close_database>;
using statement_ptr = std::unique_ptr<sqlite3_stmt, finish_statement>;

unexpected sqlite_failure(std::string_view problem, sqlite3* database) {
  return unexpected(errc::internal, "can't " + std::string{problem} + ": " + sqlite3_errmsg(database));
}

class sqlite_store final : public checkpoint_store {
public:
  explicit sqlite_store(database_ptr database) : database_{std::move(database)} {}

  result<std::optional<resume_point>> load(std::string_view name) override {
    std::lock_guard lock{mutex_};
    auto query = prepare("SELECT point FROM kdb_checkpoints WHERE name = ?1", name);
    switch (query ? sqlite3_step(query.get()) : SQLITE_ERROR) {
      case SQLITE_DONE: return std::nullopt;
      case SQLITE_ROW: break;
      default: return sqlite_failure("read a checkpoint", database_.get());
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 0));
    auto point = parse_resume_point({text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(query.get(), 0))});
    if (!point)
      return unexpected(errc::invalid_argument, "not a stored checkpoint: the row of " + std::string{name});
    return std::optional{*point};
  }

  result<void> store(std::string_view name, const resume_point& point) override {
    std::lock_guard lock{mutex_};
    const auto text = to_text(point);
    auto change = prepare("INSERT INTO kdb_checkpoints(name, point) VALUES(?1, ?2)"
                          " ON CONFLICT(name) DO UPDATE SET point = excluded.point",
                          name);
    const auto bound =
      change && sqlite3_bind_text(change.get(), 2, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT) == SQLITE_OK;
    if (!bound || sqlite3_step(change.get()) != SQLITE_DONE)
      return sqlite_failure("store a checkpoint", database_.get());
    return {};
  }

private:
  /// With the name as its first parameter; null if it can't be.
  statement_ptr prepare(const char* text, std::string_view name) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database_.get(), text, -1, &made, nullptr) != SQLITE_OK)
      return nullptr;
    statement_ptr statement{made};
    if (sqlite3_bind_text(made, 1, name.data(), static_cast<int>(name.size()), SQLITE_TRANSIENT) != SQLITE_OK)
      return nullptr;
    return statement;
  }

  std::mutex mutex_;
  database_ptr database_;
};

} // namespace

result<std::unique_ptr<checkpoint_store>> sqlite_checkpoint_store(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const auto code =
    sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  database_ptr database{opened};
  if (code != SQLITE_OK)
    return sqlite_failure("open " + file.string(), opened);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
  constexpr const char* schema =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS kdb_checkpoints(name TEXT PRIMARY KEY, point TEXT NOT NULL) WITHOUT ROWID;";
  if (sqlite3_exec(opened, schema, nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_failure("prepare " + file.string(), opened);
  return std::unique_ptr<checkpoint_store>{std::make_unique<sqlite_store>(std::move(database))};
}

} // namespace kdb::inline v0
