// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "commands/import_verification.hpp"
#include "commands/input.hpp"
#include "program/file.hpp"
#include "program/pipeline.hpp"
#include "program/terminal.hpp"
#include "text/import_plan.hpp"
#include "text/quantity.hpp"

#include <unordered_map>

namespace kdbctl {
namespace {

struct import_arguments {
  std::string file = "-";
  std::optional<std::string> into{};
  std::optional<std::string> checkpoint{};
  bool no_checkpoint = false;
  bool verify = false;
  std::uint32_t in_flight = 64;

  std::string checkpoint_file() const {
    return no_checkpoint ? "" : checkpoint ? *checkpoint : file == "-" ? "" : file + ".checkpoint";
  }
};

/// Imports lines block by block; text/import_plan.hpp says how it resumes.
class importer {
public:
  importer(session& with, const import_arguments& given, pipeline appends, descriptor file)
    : with_{with}, given_{given}, appends_{std::move(appends)}, file_{std::move(file)}, reader_{file_.number()},
      checkpoint_file_{given.checkpoint_file()} {}

  ending run();

private:
  // A stream as far as it is known. The number of a new stream's last event is not known before its first append is answered: a deleted stream goes on
  // with its numbers.
  struct head {
    std::optional<std::uint64_t> revision{};
    bool is_pending = false;
  };

  kdb::result<void> resume();
  kdb::result<void> skip_imported();
  kdb::result<void> read_block();
  kdb::result<void> find_heads();
  kdb::result<void> save();
  kdb::result<void> write_block();
  void append(std::size_t begin, std::size_t end);
  void answered(const std::string& stream, std::uint64_t line, std::size_t events, const kdb::result<kdb::append_result>& answer);
  void fail(kdb::error error) {
    if (!failed_)
      failed_ = std::move(error);
  }
  kdb::result<void> outcome() const { return failed_ ? kdb::result<void>{kdb::unexpected{*failed_}} : kdb::result<void>{}; }

  session& with_;
  const import_arguments& given_;
  pipeline appends_;
  descriptor file_;
  line_reader reader_;
  std::string checkpoint_file_;
  import_checkpoint checkpoint_;
  std::unordered_map<std::string, head> heads_;
  std::vector<event_line> block_;
  std::uint64_t lines_read_ = 0;
  std::uint64_t block_end_ = 0; ///< Bytes up to the last line of the block.
  bool at_end_ = false;
  /// A line that can't be imported: those before it are.
  std::optional<kdb::error> bad_line_;
  std::optional<kdb::error> failed_;
};

// -- where to begin ---------------------------------------------------------------------------

kdb::result<void> importer::resume() {
  const auto target = with_.target();
  if (!target)
    return kdb::unexpected{target.error()};
  const auto into = given_.into.value_or("");
  const auto text = checkpoint_file_.empty() ? kdb::result<std::optional<std::string>>{std::optional<std::string>{}}
                                             : read_file_if_there(checkpoint_file_);
  if (!text)
    return kdb::unexpected{text.error()};
  if (!*text) {
    checkpoint_.import = kdb::random_uuid();
    checkpoint_.target = *target;
    checkpoint_.into = into;
    return {};
  }
  auto checkpoint = parse_import_checkpoint(**text);
  if (!checkpoint)
    return kdb::unexpected{checkpoint.error()};
  if (checkpoint->target != *target || checkpoint->into != into)
    return kdb::unexpected{kdb::errc::invalid_argument, "'" + checkpoint_file_ + "' belongs to an import to " +
                                                          checkpoint->target +
                                                          (checkpoint->into.empty() ? "" : ", into '" + checkpoint->into + "'") +
                                                          "; --checkpoint names another file"};
  checkpoint_ = std::move(*checkpoint);
  for (const auto& [stream, revision] : checkpoint_.heads)
    heads_[stream] = {.revision = revision};
  return checkpoint_.complete ? kdb::result<void>{} : skip_imported();
}

kdb::result<void> importer::skip_imported() {
  lines_read_ = checkpoint_.lines;
  if (checkpoint_.lines == 0)
    return {};
  with_.say("goes on after " + counted(checkpoint_.lines, "line"));
  if (is_regular_file(file_.number())) {
    if (size_of(file_.number()) < checkpoint_.bytes || !reader_.skip(checkpoint_.bytes))
      return kdb::unexpected{kdb::errc::invalid_argument,
                             "'" + given_.file + "' is not the file that '" + checkpoint_file_ + "' tells of"};
    return {};
  }
  for (std::uint64_t line = 0; line < checkpoint_.lines; ++line)
    if (!reader_.next())
      return kdb::unexpected{kdb::errc::invalid_argument, "there are fewer lines than were imported already"};
  return {};
}

// -- one block ----------------------------------------------------------------------------------

// A block that may have been written in part is read with the same lines again.
kdb::result<void> importer::read_block() {
  block_.clear();
  const auto repeated = checkpoint_.block;
  const auto most = repeated > 0 ? repeated : block_lines;
  const auto begin = reader_.bytes();
  while (block_.size() < most && !bad_line_ && (repeated > 0 || reader_.bytes() - begin < block_bytes)) {
    const auto text = reader_.next();
    if (!text) {
      at_end_ = true;
      break;
    }
    ++lines_read_;
    auto line = parse_event_line(*text);
    if (line && given_.into)
      line->stream = *given_.into;
    if (line && !line->stream)
      line = kdb::unexpected{kdb::errc::invalid_argument, "'stream' is missing; --into STREAM names one for all lines"};
    if (!line) {
      bad_line_ = in_line(lines_read_, line.error());
      break;
    }
    if (!line->has_id)
      line->event.id = id_of_line(checkpoint_.import, lines_read_);
    block_.push_back(std::move(*line));
    block_end_ = reader_.bytes();
  }
  if (!reader_.failure().empty())
    return kdb::unexpected{kdb::errc::invalid_argument, "can't read '" + given_.file + "': " + reader_.failure()};
  if (repeated > 0 && block_.size() != repeated)
    return kdb::unexpected{kdb::errc::invalid_argument, "'" + given_.file + "' has changed since its import was interrupted"};
  return {};
}

kdb::result<void> importer::find_heads() {
  constexpr std::size_t under_way = 64;
  checkpoint_.heads.clear();
  for (const auto& line : block_) {
    const auto& stream = *line.stream;
    const auto known = heads_.find(stream);
    if (known != heads_.end()) {
      checkpoint_.heads.emplace(stream, known->second.revision);
    } else if (checkpoint_.heads.emplace(stream, std::nullopt).second) {
      appends_.wait_until(under_way);
      appends_.current_version(stream, [this, stream](const kdb::result<std::optional<kdb::stream_revision>>& version) {
        if (!version)
          return fail(version.error());
        if (*version)
          checkpoint_.heads[stream] = (*version)->value;
      });
    }
  }
  appends_.wait_until(0);
  for (const auto& [stream, revision] : checkpoint_.heads)
    heads_.try_emplace(stream, head{.revision = revision});
  return outcome();
}

kdb::result<void> importer::save() {
  return checkpoint_file_.empty() ? kdb::result<void>{} : replace_file(checkpoint_file_, to_json_text(checkpoint_));
}

void importer::append(std::size_t begin, std::size_t end) {
  const auto& stream = *block_[begin].stream;
  auto& known = heads_[stream];
  if (known.is_pending)
    appends_.wait_until(0);
  if (failed_)
    return;
  const auto expected = known.revision ? kdb::stream_state::revision(*known.revision) : kdb::stream_state::no_stream;
  std::vector<kdb::new_event> events;
  events.reserve(end - begin);
  for (auto i = begin; i < end; ++i)
    events.push_back(std::move(block_[i].event));
  if (known.revision)
    *known.revision += end - begin;
  else
    known.is_pending = true;
  appends_.append(stream, expected, std::move(events),
                  [this, stream, line = checkpoint_.lines + begin + 1, count = end - begin,
                   last = known.revision](const kdb::result<kdb::append_result>& answer) {
                    answered(stream, line, count, answer);
                    // The server says where the events are: it has to be where they belong.
                    if (answer && last && answer->revision && answer->revision->value != *last)
                      fail({.code = kdb::errc::protocol_error,
                            .message = "the events from line " + std::to_string(line) + " on are at " +
                                       to_string(*answer->revision) + " of '" + stream + "', and not at " +
                                       std::to_string(*last)});
                  });
}

void importer::answered(const std::string& stream, std::uint64_t line, std::size_t events,
                        const kdb::result<kdb::append_result>& answer) {
  auto& known = heads_[stream];
  if (!answer)
    return fail(in_line(line, answer.error()));
  if (!known.is_pending)
    return;
  known.is_pending = false;
  known.revision = answer->revision ? answer->revision->value : events - 1;
}

kdb::result<void> importer::write_block() {
  for (std::size_t begin = 0; begin < block_.size() && !failed_;) {
    const auto end = run_end(block_, begin);
    appends_.wait_until(given_.in_flight - 1);
    append(begin, end);
    begin = end;
  }
  appends_.wait_until(0);
  return outcome();
}

// -- the whole -----------------------------------------------------------------------------------

ending importer::run() {
  const auto start = std::chrono::steady_clock::now();
  // The block that is under way is finished: there is no need to repeat it.
  const interruption::handler finish_block{[] {}};
  if (auto resumed = resume(); !resumed)
    return resumed.error();
  const auto before = checkpoint_.lines;
  if (checkpoint_.complete) {
    with_.say("'" + given_.file + "' was imported already; without '" + checkpoint_file_ + "' it is imported again");
    return {};
  }
  kdb::result<void> done;
  {
    progress shown{"import", size_of(file_.number()), !with_.is_quiet()};
    while (done && !at_end_ && !bad_line_ && !interruption::happened()) {
      done = read_block();
      if (!done || block_.empty())
        break;
      const auto lines = block_.size();
      done = find_heads();
      checkpoint_.block = lines;
      if (done)
        done = save();
      if (done)
        done = write_block();
      if (!done)
        break;
      checkpoint_.lines += lines;
      checkpoint_.bytes = block_end_;
      checkpoint_.block = 0;
      checkpoint_.heads.clear();
      shown.update(checkpoint_.lines - before, reader_.bytes());
    }
  }
  const auto text = "imported " + counted(checkpoint_.lines, "line");
  if (!done || bad_line_ || interruption::happened()) {
    // A block that failed stays in the checkpoint, and is repeated.
    if (done)
      if (auto saved = save(); !saved)
        return saved.error();
    auto end = with_.broken_off(checkpoint_file_.empty() ? text : text + "; the same command goes on there",
                                checkpoint_.lines > 0 || (!done && !block_.empty()),
                                bad_line_ ? bad_line_
                                : done    ? std::nullopt
                                          : std::optional{done.error()});
    return end;
  }
  checkpoint_.complete = true;
  if (auto saved = save(); !saved)
    return saved.error();
  with_.say(text + " in " + duration_text(std::chrono::steady_clock::now() - start));
  return given_.verify ? verify_import(with_, given_.file, given_.into, checkpoint_.import) : ending{};
}

ending import_lines(session& with, const import_arguments& given) {
  if (given.verify && given.file == "-")
    return misuse("--verify reads the lines again, and standard input can't be read again");
  auto file = open_for_reading(given.file);
  if (!file)
    return file.error();
  auto settings = with.settings();
  if (!settings)
    return settings.error();
  // Appends of an import can always be repeated: they have ids and expect a revision.
  settings->retry = std::max<std::uint32_t>(settings->retry, 5);
  auto appends = pipeline::connect(std::move(*settings), with.timeout());
  if (!appends)
    return appends.error();
  return importer{with, given, std::move(*appends), std::move(*file)}.run();
}

} // namespace

void define_import(definition& program) {
  const auto given = std::make_shared<import_arguments>();
  program
    .command("import",
             "Appends lines of NDJSON to the streams that they name, with their ids and metadata, in their order. An import that "
             "was interrupted, even by "
             "kill -9, goes on where it was, without loss and repetition: FILE.checkpoint says where.",
             "kdbctl import orders.ndjson --verify\n"
             "kdbctl export '$all' --context prod | kdbctl import --context test")
    .argument("FILE", given->file, "The lines; standard input by default, or for '-'.", subject::file)
    .optional()
    .option("--into", "STREAM", given->into, "Appends all lines to this stream.", subject::stream)
    .option("--checkpoint", "FILE", given->checkpoint,
            "Where to keep how far the import has come. Standard input has none unless it is named.", subject::file)
    .flag("--no-checkpoint", given->no_checkpoint, "Keeps no checkpoint: the import can't go on after an interruption.")
    .flag("--verify", given->verify, "Reads the imported events back, and compares them with the lines.")
    .option("--in-flight", "N", given->in_flight, "Appends that are sent before the first of them is answered; 64 by default.")
    .runs([given](session& with) {
      return given->in_flight == 0 ? misuse("--in-flight has to be at least 1") : import_lines(with, *given);
    });
}

} // namespace kdbctl
