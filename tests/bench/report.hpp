// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/bench/contest.hpp"

namespace kdb::bench {

/// One line of the table: what was measured, and whether it is good enough.
struct row {
  std::string name;
  std::string what;
  std::string measured;
  std::string bar; // empty: shown for information
  std::string ours;
  std::string theirs;
  bool holds = true;
};

/// Two members of a contest.
struct pair {
  const contest& in;
  std::string ours;
  std::string theirs;
};

// -- rows that compare two members; `bar` 0 means for information -------------------------------

/// Items per second of ours by theirs; at least `bar`.
row rate_row(std::string name, std::string what, const pair& who, double bar);
/// CPU per item of ours by theirs; at most `bar`.
row cpu_row(std::string name, std::string what, const pair& who, double bar);
/// Voluntary context switches per item of ours by theirs; at most `bar`.
row waits_row(std::string name, std::string what, const pair& who, double bar);
/// Median latency that ours adds to theirs, in µs; at most `bar`.
row latency_row(std::string name, std::string what, const pair& who, double bar);
/// Peak memory over the start, in MiB; at most `bar`.
row memory_row(std::string name, std::string what, const contest& in, const std::string& ours, double bar);
/// A row that could not be measured.
row failed_row(std::string name, std::string what, const std::string& why);

/// The rows as text for a terminal.
std::string to_text(const row& line);
/// The whole table in Markdown.
std::string to_markdown(const std::vector<row>& rows);

/// Puts the text between the two marker comments of that name, `<!-- NAME: begin -->` and `<!-- NAME: end -->`, of a document. Throws if it has none.
void write_into(const std::string& document, const std::string& name, const std::string& text);

} // namespace kdb::bench
