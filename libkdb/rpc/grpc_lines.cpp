// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/grpc_lines.hpp"

#include <dlfcn.h>
#include <grpc/support/log.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace kdb::inline v0::rpc {

namespace {

std::atomic<int> quiet{0};

bool is_asked_for() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): programs that change their environment while they run are on their own.
  const auto* wanted = std::getenv("GRPC_VERBOSITY");
  return wanted && *wanted;
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// As gRPC itself writes it.
void write_line(const gpr_log_func_args& line) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm local{};
  ::localtime_r(&now.tv_sec, &local);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), "%m%d %H:%M:%S", &local);
  const auto file = name_of(line.file);
  std::array<char, 128> prefix{};
  std::snprintf(prefix.data(), prefix.size(), "%s%s.%09ld %7ld %.*s:%d]", gpr_log_severity_string(line.severity), time.data(),
                now.tv_nsec, ::syscall(SYS_gettid), static_cast<int>(file.size()), file.data(), line.line);
  std::fprintf(stderr, "%-70s %s\n", prefix.data(), line.message);
}

void on_line(gpr_log_func_args* line) {
  if (quiet > 0 && !is_asked_for() && is_told_by_the_client(line->file))
    return;
  write_line(*line);
}

/// What holds the function may not be unloaded while gRPC may call it.
void stay_loaded() {
  Dl_info self{};
  if (::dladdr(reinterpret_cast<const void*>(&on_line), &self) != 0 && self.dli_fname)
    ::dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/// Done while the program is loaded: gRPC does not tell whether a program has a function of its own, and so ours has to be there before
/// it can have one. A gRPC that is in use already, in a program that loads this as a part of a plugin, is left as it is: only before its
/// first use it writes no lines at all.
[[maybe_unused]] const bool installed = [] {
  if (is_asked_for() || gpr_should_log(GPR_LOG_SEVERITY_ERROR) != 0)
    return false;
  stay_loaded();
  gpr_set_log_function(on_line);
  return true;
}();

} // namespace

bool is_told_by_the_client(std::string_view file) {
  constexpr std::array<std::string_view, 5> files{"ssl_transport_security.cc", "ssl_utils.cc", "security_handshaker.cc",
                                                  "tls_security_connector.cc", "hpack_parser.cc"};
  return std::ranges::find(files, name_of(file)) != files.end();
}

quiet_grpc::quiet_grpc() {
  ++quiet;
}

quiet_grpc::~quiet_grpc() {
  --quiet;
}

} // namespace kdb::inline v0::rpc
