// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/import_verification.hpp"
#include "tools/kdbctl/commands/input.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/pipeline.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/import_plan.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <algorithm>
#include <thread>
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
  importer(session& with, const import_arguments& given, pipeline appends, const retry_limits& limits, descriptor file)
    : with_{with}, given_{given}, appends_{std::move(appends)}, limits_{limits}, file_{std::move(file)}, reader_{file_.number()},
      checkpoint_file_{given.checkpoint_file()} {}

  ending run();

private:
  // A stream as far as it is known. The number of a new stream's last event is not known before its first append is answered: a deleted stream goes on
  // with its numbers.
  struct head {
    std::optional<std::uint64_t> revision{};
    bool is_pending = false;
  };
  // Lines of the block that are appended together. However often they are sent, they expect the same revision.
  struct event_run {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<kdb::stream_state> expected{}; ///< Unset until it is sent.
    std::optional<std::uint64_t> last{};         ///< Where its last event belongs, if that is known beforehand.
    bool is_written = false;

    std::size_t count() const { return end - begin; }
  };
  struct failure {
    std::size_t begin = 0; ///< Of the run.
    kdb::error error{};
    bool was_alone = false; ///< It was sent when no other was under way.
  };

  kdb::result<void> resume();
  kdb::result<void> skip_imported();
  kdb::result<void> read_block();
  kdb::result<void> find_heads();
  kdb::result<void> save();
  kdb::result<void> write_block();
  void send_runs();
  void expect_head(event_run& one);
  void append(event_run& one);
  kdb::result<void> accept(event_run& one, const kdb::result<kdb::append_result>& answer);

  session& with_;
  const import_arguments& given_;
  pipeline appends_;
  retry_limits limits_;
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
  std::vector<event_run> runs_;
  /// The first run, in the order of the lines, that failed: those behind it may have failed because of it.
  std::optional<failure> failed_;
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
  with_.say("continues after " + counted(checkpoint_.lines, "line"));
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
  std::optional<kdb::error> failed;
  checkpoint_.heads.clear();
  for (const auto& line : block_) {
    const auto& stream = *line.stream;
    const auto known = heads_.find(stream);
    if (known != heads_.end()) {
      checkpoint_.heads.emplace(stream, known->second.revision);
    } else if (checkpoint_.heads.emplace(stream, std::nullopt).second) {
      appends_.wait_until(under_way);
      appends_.current_version(stream, [&, stream](const kdb::result<std::optional<kdb::stream_revision>>& version) {
        if (!version)
          failed = version.error();
        else if (*version)
          checkpoint_.heads[stream] = (*version)->value;
      });
    }
  }
  appends_.wait_until(0);
  for (const auto& [stream, revision] : checkpoint_.heads)
    heads_.try_emplace(stream, head{.revision = revision});
  return failed ? kdb::result<void>{kdb::unexpected{std::move(*failed)}} : kdb::result<void>{};
}

kdb::result<void> importer::save() {
  return checkpoint_file_.empty() ? kdb::result<void>{} : replace_file(checkpoint_file_, to_json_text(checkpoint_));
}

void importer::expect_head(event_run& one) {
  auto& known = heads_[*block_[one.begin].stream];
  if (!known.revision) {
    one.expected = kdb::stream_state::no_stream;
    known.is_pending = true;
    return;
  }
  one.expected = kdb::stream_state::revision(*known.revision);
  one.last = *known.revision += one.count();
}

void importer::append(event_run& one) {
  std::vector<kdb::new_event> events;
  events.reserve(one.count());
  for (auto i = one.begin; i < one.end; ++i)
    events.push_back(block_[i].event);
  appends_.append(*block_[one.begin].stream, *one.expected, std::move(events),
                  [this, &one, alone = appends_.under_way() == 0](const kdb::result<kdb::append_result>& answer) {
                    const auto accepted = accept(one, answer);
                    if (!accepted && (!failed_ || one.begin < failed_->begin))
                      failed_ = {one.begin, accepted.error(), alone};
                  });
}

kdb::result<void> importer::accept(event_run& one, const kdb::result<kdb::append_result>& answer) {
  const auto& stream = *block_[one.begin].stream;
  if (!answer)
    return kdb::unexpected{answer.error()};
  // The server says where the events are: it has to be where they belong.
  if (one.last && answer->revision && answer->revision->value != *one.last)
    return kdb::unexpected{kdb::errc::protocol_error, "the events from here on are at " + to_string(*answer->revision) + " of '" +
                                                        stream + "', and not at " + std::to_string(*one.last)};
  one.is_written = true;
  if (!one.last)
    heads_[stream] = {.revision = answer->revision ? answer->revision->value : one.count() - 1};
  return {};
}

void importer::send_runs() {
  for (auto& one : runs_) {
    if (one.is_written)
      continue;
    appends_.wait_until(given_.in_flight - 1);
    if (!one.expected && heads_[*block_[one.begin].stream].is_pending)
      appends_.wait_until(0);
    if (failed_)
      break;
    if (!one.expected)
      expect_head(one);
    append(one);
  }
  appends_.wait_until(0);
}

// What fails is sent again from the first run on that was not written, when nothing is under way any more.
kdb::result<void> importer::write_block() {
  using clock = std::chrono::steady_clock;
  runs_.clear();
  for (std::size_t begin = 0; begin < block_.size(); begin = runs_.back().end)
    runs_.push_back({.begin = begin, .end = run_end(block_, begin)});
  std::uint32_t failures = 0;
  auto progressed = clock::now();
  for (std::ptrdiff_t written = 0;;) {
    send_runs();
    if (!failed_)
      return {};
    const auto failed = *std::exchange(failed_, std::nullopt);
    if (const auto now_written = std::ranges::count(runs_, true, &event_run::is_written); now_written > written) {
      written = now_written;
      failures = 0;
      progressed = clock::now();
    }
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - progressed);
    const auto pause = can_pass(failed.error, failed.was_alone) ? pause_after(++failures, elapsed, limits_) : std::nullopt;
    if (!pause || interruption::happened())
      return kdb::unexpected{in_line(checkpoint_.lines + failed.begin + 1, failed.error)};
    std::this_thread::sleep_for(*pause);
  }
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
    auto end = with_.broken_off(checkpoint_file_.empty() ? text : text + "; the same command continues there",
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
  const retry_limits limits{.times = std::max<std::uint32_t>(settings->retry, 5), .time = with.timeout()};
  settings->retry = limits.times;
  auto appends = pipeline::connect(std::move(*settings), with.timeout());
  if (!appends)
    return appends.error();
  return importer{with, given, std::move(*appends), limits, std::move(*file)}.run();
}

} // namespace

void define_import(definition& program) {
  const auto given = std::make_shared<import_arguments>();
  program
    .command("import",
             "Appends lines of NDJSON to the streams that they name, with their ids and metadata, in their order. An import that "
             "was interrupted, even by "
             "kill -9, continues without loss or repetition: FILE.checkpoint has its progress.",
             "kdbctl import orders.ndjson --verify\n"
             "kdbctl export '$all' --context prod | kdbctl import --context test")
    .argument("FILE", given->file, "The lines; standard input by default, or for '-'.", subject::file)
    .optional()
    .option("--into", "STREAM", given->into, "Appends all lines to this stream.", subject::stream)
    .option("--checkpoint", "FILE", given->checkpoint,
            "The file for the progress of the import. For standard input there is none unless this option names one.",
            subject::file)
    .flag("--no-checkpoint", given->no_checkpoint, "Keeps no checkpoint: the import can't continue after an interruption.")
    .flag("--verify", given->verify, "Reads the imported events back, and compares them with the lines.")
    .option("--in-flight", "N", given->in_flight, "Appends that are sent before the first of them is answered; 64 by default.")
    .runs([given](session& with) {
      return given->in_flight == 0 ? misuse("--in-flight has to be at least 1") : import_lines(with, *given);
    });
}

} // namespace kdbctl
