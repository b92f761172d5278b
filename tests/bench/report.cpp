// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/report.hpp"

#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kdb::bench {

namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* form, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, form);
  std::vsnprintf(text, sizeof(text), form, arguments);
  va_end(arguments);
  return text;
}

std::string rate_and_cpu(const contest& in, const std::string& name) {
  auto text = format("%.0f/s, %.2f µs CPU", in.median_of(name, &pass::rate), in.median_of(name, &pass::cpu_micros_per_item));
  if (auto server = in.median_of(name, &pass::server_cpu_micros_per_item); server > 0)
    text += format(" (server %.2f µs)", server);
  return text;
}

std::string latencies_and_cpu(const contest& in, const std::string& name) {
  return format("p50 %.1f µs, p99 %.1f µs, %.0f µs CPU", in.median_of(name, [](auto& each) { return each.p50_micros; }),
                in.median_of(name, [](auto& each) { return each.p99_micros; }), in.median_of(name, &pass::cpu_micros_per_item));
}

} // namespace

row rate_row(std::string name, std::string what, const pair& who, double bar) {
  auto ratio = who.in.median_of_pairs(who.ours, who.theirs, [](auto& a, auto& b) { return a.rate() / b.rate(); });
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = format("%.2f ×", ratio),
          .bar = bar > 0 ? format("≥ %.2f ×", bar) : "",
          .ours = rate_and_cpu(who.in, who.ours),
          .theirs = rate_and_cpu(who.in, who.theirs),
          .holds = ratio >= bar};
}

row cpu_row(std::string name, std::string what, const pair& who, double bar) {
  auto ratio = who.in.median_of_pairs(who.ours, who.theirs,
                                      [](auto& a, auto& b) { return a.cpu_micros_per_item() / b.cpu_micros_per_item(); });
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = format("%.2f ×", ratio),
          .bar = bar > 0 ? format("≤ %.2f ×", bar) : "",
          .ours = rate_and_cpu(who.in, who.ours),
          .theirs = rate_and_cpu(who.in, who.theirs),
          .holds = bar <= 0 || ratio <= bar};
}

row waits_row(std::string name, std::string what, const pair& who, double bar) {
  auto ratio = who.in.median_of_pairs(
    who.ours, who.theirs, [](auto& a, auto& b) { return a.waits_per_thousand() / std::max(b.waits_per_thousand(), 1e-3); });
  const auto waits = [&](const std::string& whose) {
    return format("%.1f per 1 000 items", who.in.median_of(whose, &pass::waits_per_thousand));
  };
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = format("%.2f ×", ratio),
          .bar = bar > 0 ? format("≤ %.2f ×", bar) : "",
          .ours = waits(who.ours),
          .theirs = waits(who.theirs),
          .holds = bar <= 0 || ratio <= bar};
}

row latency_row(std::string name, std::string what, const pair& who, double bar) {
  auto added = who.in.median_of_pairs(who.ours, who.theirs, [](auto& a, auto& b) { return a.p50_micros - b.p50_micros; });
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = format("%+.0f µs", added),
          .bar = bar > 0 ? format("≤ +%.0f µs", bar) : "",
          .ours = latencies_and_cpu(who.in, who.ours),
          .theirs = latencies_and_cpu(who.in, who.theirs),
          .holds = bar <= 0 || added <= bar};
}

row memory_row(std::string name, std::string what, const contest& in, const std::string& ours, double bar) {
  double most = 0;
  for (auto& each : in.passes(ours))
    most = std::max(most, each.growth_mib);
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = format("%.1f MiB", most),
          .bar = format("≤ %.0f MiB", bar),
          .ours = rate_and_cpu(in, ours),
          .theirs = "",
          .holds = most <= bar};
}

row failed_row(std::string name, std::string what, const std::string& why) {
  return {.name = std::move(name),
          .what = std::move(what),
          .measured = "not measured",
          .bar = why,
          .ours = "",
          .theirs = "",
          .holds = false};
}

std::string to_text(const row& line) {
  auto text = format("%s %-24s %s",
                     line.bar.empty() ? "    "
                     : line.holds     ? "ok  "
                                      : "MISS",
                     line.name.c_str(), line.measured.c_str());
  if (!line.bar.empty())
    text += "  (bar " + line.bar + ")";
  text += "  " + line.what;
  if (!line.ours.empty())
    text += "\n         " + line.ours;
  if (!line.theirs.empty())
    text += "  |  " + line.theirs;
  return text;
}

std::string to_markdown(const std::vector<row>& rows) {
  std::string table = "| row | what | measured | bar | ours | theirs |\n|---|---|---|---|---|---|\n";
  for (auto& each : rows)
    table += "| " + each.name + " | " + each.what + " | " + (each.holds ? each.measured : "**" + each.measured + "**") + " | " +
             each.bar + " | " + each.ours + " | " + each.theirs + " |\n";
  return table;
}

void write_into(const std::string& document, const std::string& name, const std::string& text) {
  const auto begin_mark = "<!-- " + name + ": begin -->", end_mark = "<!-- " + name + ": end -->";
  std::ostringstream content;
  content << std::ifstream{document}.rdbuf();
  auto whole = content.str();
  auto begin = whole.find(begin_mark), end = whole.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    throw std::runtime_error{document + " has no place for " + name};
  begin += begin_mark.size();
  whole.replace(begin, end - begin, "\n" + text);
  std::ofstream{document} << whole;
}

} // namespace kdb::bench
