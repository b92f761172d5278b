// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include <grpc/support/log.h>
#include <unistd.h>

#include "libkdb/rpc/grpc_lines.hpp"
#include "tests/fixtures/certificates.hpp"
#include "tests/fixtures/http_server.hpp"
#include "tests/rpc/client_side.hpp"
#include "tests/rpc/steered_server.hpp"

using namespace kdb;
using namespace kdb::test;

namespace {

/// What this process writes to standard error, as long as this lives.
class captured_stderr {
public:
  captured_stderr() {
    std::fflush(stderr);
    auto* file = std::fopen(path_.c_str(), "w");
    BOOST_REQUIRE(file);
    ::dup2(::fileno(file), STDERR_FILENO);
    std::fclose(file);
  }
  ~captured_stderr() {
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;

  std::string text() const {
    std::fflush(stderr);
    std::ifstream file{path_};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

private:
  const fixtures::scratch_folder folder_;
  const std::string path_ = folder_.path("stderr");
  const int before_ = ::dup(STDERR_FILENO);
};

/// A variable of the environment, for as long as this lives.
class verbosity {
public:
  explicit verbosity(const char* value) { ::setenv("GRPC_VERBOSITY", value, 1); }
  ~verbosity() { ::unsetenv("GRPC_VERBOSITY"); }
  verbosity(const verbosity&) = delete;
  verbosity& operator=(const verbosity&) = delete;
};

/// What a call to the port ends with.
error failed_call(std::uint16_t port, bool tls) {
  const auto engine = rpc::make_engine();
  settings settings;
  settings.endpoints = {{"127.0.0.1", port}};
  settings.tls.enabled = tls;
  if (tls)
    settings.tls.ca_pem = fixtures::make_authority().certificate;
  const auto calls = rpc::make_grpc_transport(engine, {.where = settings.endpoints.front()}, settings);
  const auto seen = std::make_shared<exchange_record>();
  const auto call = calls->exchange("/test/x", wire::request_kind::read, {std::string{}}, {.deadline = std::chrono::seconds{10}},
                                    exchange_record::handler(seen));
  const auto ended = seen->wait_end();
  BOOST_REQUIRE(!ended.has_value());
  return ended.error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(grpc_lines)

BOOST_AUTO_TEST_CASE(a_failed_start_of_tls_writes_nothing_to_standard_error) {
  steered_server plain;
  std::string text;
  {
    captured_stderr captured;
    BOOST_TEST((failed_call(plain.port(), true).code == errc::tls_failed));
    text = captured.text();
  }
  BOOST_TEST(text == "");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_grpc_writes_nothing_to_standard_error) {
  fixtures::http_server page{404};
  std::string text;
  {
    captured_stderr captured;
    BOOST_TEST((failed_call(page.port(), false).code == errc::unavailable));
    text = captured.text();
  }
  BOOST_TEST(text == "");
}

BOOST_AUTO_TEST_CASE(the_environment_asks_for_the_lines) {
  steered_server plain;
  const verbosity asked{"error"};
  std::string text;
  {
    captured_stderr captured;
    BOOST_TEST((failed_call(plain.port(), true).code == errc::tls_failed));
    text = captured.text();
  }
  BOOST_TEST(text.find("ssl_transport_security.cc") != std::string::npos, text);
  BOOST_TEST(text.find("Handshake failed") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(other_lines_are_written_as_grpc_writes_them) {
  const rpc::quiet_grpc client;
  std::string text;
  {
    captured_stderr captured;
    gpr_log("src/core/somewhere.cc", 7, GPR_LOG_SEVERITY_ERROR, "a line of the program's own gRPC, %d", 42);
    text = captured.text();
  }
  BOOST_TEST(text.starts_with("E"), text);
  BOOST_TEST(text.find(" somewhere.cc:7] ") != std::string::npos, text);
  BOOST_TEST(text.ends_with(" a line of the program's own gRPC, 42\n"), text);
}

BOOST_AUTO_TEST_CASE(without_a_client_nothing_is_left_out) {
  std::string text;
  {
    captured_stderr captured;
    gpr_log("src/core/tsi/ssl_transport_security.cc", 7, GPR_LOG_SEVERITY_ERROR, "of the program's own channel");
    text = captured.text();
  }
  BOOST_TEST(text.find("of the program's own channel") != std::string::npos, text);
}

// Last: gRPC has no way back to the function before.
BOOST_AUTO_TEST_CASE(a_function_of_the_program_gets_every_line) {
  static std::mutex mutex;
  static std::vector<std::string> lines;
  gpr_set_log_function([](gpr_log_func_args* line) {
    std::lock_guard lock{mutex};
    lines.emplace_back(line->message);
  });
  steered_server plain;
  BOOST_TEST((failed_call(plain.port(), true).code == errc::tls_failed));
  gpr_set_log_function(nullptr);
  std::lock_guard lock{mutex};
  BOOST_REQUIRE(!lines.empty());
  BOOST_TEST(lines.front().find("Handshake failed") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
