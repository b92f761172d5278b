// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/terminal.hpp"

#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/interruption.hpp"
#include "tools/kdbctl/text/exit_status.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace kdbctl {
namespace {

// Standard error is shared by notes of all threads and the line of progress below them.
std::mutex error_mutex;
std::string progress_shown;

void write_error(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno != EINTR)
      return;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  }
}

constexpr std::string_view clear_line = "\r\x1b[K";

void write_line(std::string_view before, std::string_view line) {
  std::lock_guard lock{error_mutex};
  std::string text;
  if (!progress_shown.empty())
    text += clear_line;
  text.append(before).append(line).append("\n").append(progress_shown);
  write_error(text);
}

std::size_t width_of(int file) {
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// A terminal that does not show what is typed.
class silent_terminal {
public:
  explicit silent_terminal(int file) : file_{file}, known_{::tcgetattr(file, &before_) == 0} {
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_)
      ::tcsetattr(file_, TCSAFLUSH, &silent);
  }
  ~silent_terminal() { restore(); }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

  void restore() {
    if (known_)
      ::tcsetattr(file_, TCSANOW, &before_);
  }

private:
  int file_;
  termios before_{};
  bool known_;
};

kdb::result<descriptor> open_terminal() {
  descriptor file{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
  if (file.number() < 0)
    return kdb::unexpected{kdb::errc::invalid_argument, "there is no terminal for questions"};
  return file;
}

std::string read_answer(int file) {
  std::string answer;
  char letter = 0;
  while (::read(file, &letter, 1) == 1 && letter != '\n')
    answer += letter;
  return answer;
}

void say(int file, std::string_view text) {
  [[maybe_unused]] const auto count = ::write(file, text.data(), text.size());
}

} // namespace

bool is_terminal(int file) {
  return ::isatty(file) == 1;
}

std::optional<std::string> environment(const char* name) {
  const auto* value = std::getenv(name);
  return value && *value != '\0' ? std::optional<std::string>{value} : std::nullopt;
}

style style_of(int file) {
  if (!is_terminal(file))
    return {};
  return {.colour = !environment("NO_COLOR") && environment("TERM").value_or("dumb") != "dumb", .width = width_of(file)};
}

void note(std::string_view line) {
  write_line("kdbctl: ", line);
}

void note_plain(std::string_view line) {
  write_line("", line);
}

kdb::result<std::string> ask_password(const std::string& question) {
  auto terminal = open_terminal();
  if (!terminal)
    return kdb::unexpected{terminal.error()};
  silent_terminal silent{terminal->number()};
  // The read below goes on after the signal: the process ends here.
  const interruption::handler leave{[&] {
    silent.restore();
    say(terminal->number(), "\n");
    _exit(static_cast<int>(exit_status::interrupted));
  }};
  say(terminal->number(), question);
  auto answer = read_answer(terminal->number());
  say(terminal->number(), "\n");
  return answer;
}

kdb::result<bool> ask_yes(const std::string& question) {
  auto terminal = open_terminal();
  if (!terminal)
    return kdb::unexpected{terminal.error()};
  const interruption::handler leave{[] { _exit(static_cast<int>(exit_status::interrupted)); }};
  say(terminal->number(), question + " [y/N] ");
  const auto answer = read_answer(terminal->number());
  return answer == "y" || answer == "Y" || answer == "yes";
}

progress::progress(std::string_view name, std::uint64_t total, bool wanted) : shown_{wanted && is_terminal(STDERR_FILENO)} {
  state_.name = name;
  state_.total = total;
}

progress::~progress() {
  std::lock_guard lock{error_mutex};
  if (!progress_shown.empty())
    write_error(clear_line);
  progress_shown.clear();
}

void progress::update(std::uint64_t events, std::uint64_t done) {
  constexpr std::chrono::milliseconds pause{200};
  if (!shown_)
    return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < pause)
    return;
  drawn_ = now;
  state_.events = events;
  state_.done = done;
  state_.elapsed = now - start_;
  std::lock_guard lock{error_mutex};
  progress_shown = progress_line(state_, width_of(STDERR_FILENO) - 1);
  write_error(std::string{clear_line} + progress_shown);
}

} // namespace kdbctl
