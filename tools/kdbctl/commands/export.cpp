// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/filters.hpp"
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/event_line.hpp"
#include "tools/kdbctl/text/import_plan.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace kdbctl {
namespace {

struct export_arguments {
  std::vector<std::string> streams{};
  std::string file = "-";
  bool force = false;
  bool full = false;
  bool with_metadata = false;
  bool with_system = false;
  filter_arguments filter{};
};

/// Writes streams to a file, so that it can go on after any end of the program.
class exporter {
public:
  exporter(session& with, const export_arguments& given, kdb::client client)
    : with_{with}, given_{given}, client_{std::move(client)}, to_stdout_{given.file == "-"} {}

  ending run();

private:
  kdb::result<void> open();
  kdb::result<void> resume(const std::string& source);
  kdb::result<void> save();
  kdb::result<void> write(kdb::reading& events);
  kdb::result<void> write_stream(const std::string& stream);
  kdb::result<void> write_all();
  kdb::result<std::optional<kdb::event_filter>> filter() const;
  std::string source() const;
  std::string checkpoint_file() const { return given_.file + ".checkpoint"; }
  output& out() { return to_stdout_ ? with_.out() : *out_; }
  bool is_stopped() { return interruption::happened() || out().is_closed() || !out().failure().empty(); }

  session& with_;
  const export_arguments& given_;
  kdb::client client_;
  bool to_stdout_;
  descriptor file_;
  std::optional<output> out_;
  std::uint64_t begun_with_ = 0; ///< Bytes of the file.
  export_checkpoint checkpoint_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
  std::optional<progress> progress_;
};

// What is exported, and how: a checkpoint of anything else is of no use.
std::string exporter::source() const {
  std::string text;
  for (const auto& stream : given_.streams)
    text += stream + "\n";
  const auto& filter = given_.filter;
  for (const auto* prefixes : {&filter.type_prefixes, &filter.stream_prefixes})
    for (const auto& one : *prefixes)
      text += "prefix " + one + "\n";
  text += filter.type_regex.value_or("") + "\n" + filter.stream_regex.value_or("") + "\n";
  for (const auto option : {given_.full, given_.with_metadata, given_.with_system, filter.no_system})
    text += option ? '1' : '0';
  return text;
}

kdb::result<void> exporter::resume(const std::string& source) {
  const auto text = read_file_if_there(checkpoint_file());
  if (!text)
    return kdb::unexpected{text.error()};
  const auto target = with_.target();
  if (!target)
    return kdb::unexpected{target.error()};
  if (!*text) {
    checkpoint_.source = source;
    checkpoint_.target = *target;
    if (size_of(file_.number()) > 0 && !given_.force)
      return kdb::unexpected{kdb::errc::invalid_argument, "'" + given_.file + "' is there already; --force replaces it"};
    return {};
  }
  auto checkpoint = parse_export_checkpoint(**text);
  if (!checkpoint)
    return kdb::unexpected{checkpoint.error()};
  if (checkpoint->source != source || checkpoint->target != *target)
    return kdb::unexpected{
      kdb::errc::invalid_argument,
      "'" + checkpoint_file() +
        "' belongs to an export of other streams, or from another server; delete it, or write to another file"};
  checkpoint_ = std::move(*checkpoint);
  with_.say("continues after " + counted(checkpoint_.events, "event"));
  return {};
}

kdb::result<void> exporter::open() {
  if (to_stdout_)
    return {};
  auto file = open_for_writing(given_.file);
  if (!file)
    return kdb::unexpected{file.error()};
  file_ = std::move(*file);
  if (auto resumed = resume(source()); !resumed)
    return resumed;
  // What was written after the checkpoint is written again.
  const auto length = static_cast<off_t>(checkpoint_.bytes);
  if (size_of(file_.number()) < checkpoint_.bytes || ::ftruncate(file_.number(), length) != 0 ||
      ::lseek(file_.number(), length, SEEK_SET) != length)
    return kdb::unexpected{kdb::errc::invalid_argument, "'" + given_.file + "' does not match its checkpoint"};
  begun_with_ = checkpoint_.bytes;
  out_.emplace(file_.number());
  return save();
}

// The file first: a checkpoint never tells of more than there is.
kdb::result<void> exporter::save() {
  saved_ = std::chrono::steady_clock::now();
  if (to_stdout_)
    return {};
  out_->flush();
  checkpoint_.bytes = begun_with_ + out_->bytes();
  if (!out_->failure().empty() || ::fdatasync(file_.number()) != 0)
    return kdb::unexpected{kdb::errc::invalid_argument, "can't write '" + given_.file + "': " + out_->failure()};
  return replace_file(checkpoint_file(), to_json_text(checkpoint_));
}

kdb::result<void> exporter::write(kdb::reading& events) {
  constexpr std::chrono::seconds pause{1};
  const line_members members{.revision = given_.full, .position = given_.full, .created = given_.full};
  for (const auto& batch : events.batches()) {
    for (const auto& event : batch.events()) {
      const auto view = view_of(event);
      append_event_line(out().buffer(), view, members);
      out().buffer() += '\n';
      checkpoint_.revision = view.revision.value;
      checkpoint_.commit = view.position.commit;
      checkpoint_.prepare = view.position.prepare;
      checkpoint_.begun = true;
      ++checkpoint_.events;
    }
    out().written();
    progress_->update(checkpoint_.events, checkpoint_.stream);
    if (is_stopped())
      break;
    if (std::chrono::steady_clock::now() - saved_ > pause)
      if (auto saved = save(); !saved)
        return saved;
  }
  return events.finish();
}

kdb::result<void> exporter::write_stream(const std::string& stream) {
  kdb::read_stream_options options;
  if (checkpoint_.begun)
    options.from = kdb::stream_revision{checkpoint_.revision + 1};
  auto events = client_.read_stream(stream, std::move(options));
  return write(events);
}

kdb::result<std::optional<kdb::event_filter>> exporter::filter() const {
  auto named = filter_of(given_.filter, "$all");
  if (!named || *named || given_.with_system)
    return named;
  // Links and the server's own events are made anew by the server that imports.
  return std::optional{given_.with_metadata ? kdb::event_filter::type_regex(R"(^([^$]|\$metadata$))")
                                            : kdb::event_filter::exclude_system_events()};
}

kdb::result<void> exporter::write_all() {
  auto wanted = filter();
  if (!wanted)
    return kdb::unexpected{wanted.error()};
  kdb::read_all_options options{.filter = std::move(*wanted)};
  const kdb::log_position last{checkpoint_.commit, checkpoint_.prepare};
  const auto resumed = checkpoint_.begun;
  if (resumed)
    options.from = last;
  auto events = client_.read_all(std::move(options));
  if (!resumed)
    return write(events);
  // The read begins with the last event of the file.
  auto first = events.next();
  if (!first)
    return kdb::unexpected{first.error()};
  const line_members members{.revision = given_.full, .position = given_.full, .created = given_.full};
  for (const auto& event : first->events()) {
    const auto view = view_of(event);
    if (view.position <= last)
      continue;
    append_event_line(out().buffer(), view, members);
    out().buffer() += '\n';
    checkpoint_.commit = view.position.commit;
    checkpoint_.prepare = view.position.prepare;
    ++checkpoint_.events;
  }
  return first->empty() ? events.finish() : write(events);
}

ending exporter::run() {
  const auto start = std::chrono::steady_clock::now();
  if (auto opened = open(); !opened)
    return opened.error();
  progress_.emplace("export", given_.streams.size() > 1 ? given_.streams.size() : 0, !to_stdout_ && !with_.is_quiet());
  kdb::result<void> done;
  while (done && !is_stopped() && checkpoint_.stream < given_.streams.size()) {
    const auto& stream = given_.streams[checkpoint_.stream];
    done = is_all(stream) ? write_all() : write_stream(stream);
    if (done && !is_stopped()) {
      ++checkpoint_.stream;
      checkpoint_.begun = false;
    }
  }
  progress_.reset();
  if (to_stdout_)
    out().flush();
  const auto text = "exported " + counted(checkpoint_.events, "event");
  if (auto saved = save(); !saved)
    return saved.error();
  if (!done || is_stopped()) {
    const auto go_on = to_stdout_ ? std::string{} : "; the same command continues there";
    return with_.broken_off(text + go_on, checkpoint_.events > 0, done ? std::nullopt : std::optional{done.error()});
  }
  if (!to_stdout_)
    ::unlink(checkpoint_file().c_str());
  with_.say(text + " in " + duration_text(std::chrono::steady_clock::now() - start));
  return {};
}

} // namespace

void define_export(definition& program) {
  const auto given = std::make_shared<export_arguments>();
  auto& command =
    program
      .command("export",
               "Writes streams, or $all, as lines of NDJSON that `kdbctl import` reads. An interrupted export into a file "
               "continues: "
               "FILE.checkpoint has its progress. Lines have no revisions and times, which another server assigns itself; --full "
               "adds them.",
               "kdbctl export orders-1 orders-2 --file orders.ndjson\n"
               "kdbctl export '$all' --stream-prefix orders- --file orders.ndjson")
      .argument("STREAM", given->streams, "The streams, or '$all': without the events of the server itself.", subject::stream)
      .option("--file,-o", "FILE", given->file, "The file; standard output by default, or for '-'.", subject::file)
      .flag("--force", given->force, "Replaces the file if it is there and has no checkpoint.")
      .flag("--full", given->full, "Lines have revisions, positions and times, too.")
      .flag("--with-metadata", given->with_metadata,
            "Of $all: also the metadata of streams. $tb and $maxCount in them hide events when they are imported.")
      .flag("--with-system", given->with_system, "Of $all: also links and the events of the server itself.");
  define_filter(command, given->filter);
  command.runs([given](session& with) -> ending {
    const auto client = with.client();
    return client ? exporter{with, *given, *client}.run() : ending{client.error()};
  });
}

} // namespace kdbctl
