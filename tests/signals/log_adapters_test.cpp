// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <kdb/caf_log.hpp>
#include <kdb/spdlog.hpp>

#include <unistd.h>

using namespace kdb;

namespace {

/// What `spdlog_sink` uses of a logger of spdlog.
struct logger_like_spdlog {
  std::vector<std::string> lines;
  void keep(const char* level, std::string_view format, std::string_view line) {
    lines.push_back(std::string{level}.append(" ").append(format).append(" ").append(line));
  }
  void debug(std::string_view format, std::string_view line) { keep("debug", format, line); }
  void info(std::string_view format, std::string_view line) { keep("info", format, line); }
  void warn(std::string_view format, std::string_view line) { keep("warn", format, line); }
  void error(std::string_view format, std::string_view line) { keep("error", format, line); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(log_adapters)

BOOST_AUTO_TEST_CASE(lines_reach_spdlog_with_their_level_and_are_no_formats) {
  const auto logger = std::make_shared<logger_like_spdlog>();
  const auto sink = spdlog_sink(logger);
  sink({.level = log_level::debug, .text = "a"});
  sink({.level = log_level::info, .text = "b"});
  sink({.level = log_level::warning, .text = "{c}"});
  sink({.level = log_level::error, .text = "d"});
  const std::vector<std::string> expected{"debug {} a", "info {} b", "warn {} {c}", "error {} d"};
  BOOST_TEST(logger->lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_for_spdlog_can_have_the_fields) {
  const auto logger = std::make_shared<logger_like_spdlog>();
  const attribute fields[] = {{"server.address", "a"}, {"server.port", std::int64_t{1}}};
  const log_record record{
    .level = log_level::info, .event = "connection.connected", .text = "connected to a:1", .fields = fields};
  spdlog_sink(logger, to_json)(record);
  const std::vector<std::string> expected{"info {} " + to_json(record)};
  BOOST_TEST(logger->lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_reach_the_log_of_an_actor_system) {
  const auto path = std::filesystem::temp_directory_path() / ("kdb-caf-log-" + std::to_string(::getpid()));
  {
    init_caf();
    caf::actor_system_config config;
#if KDB_CAF_1
    config.set("caf.logger.file.path", path.string());
    config.set("caf.logger.file.verbosity", "info");
    config.set("caf.logger.file.format", "%p %c %m%n");
#else
    config.set("logger.file-name", path.string());
    config.set("logger.file-verbosity", caf::atom("info"));
    config.set("logger.file-format", "%p %c %m%n");
#endif
    caf::actor_system system{config};
    const auto sink = caf_sink(system);
    sink({.level = log_level::warning, .text = "the node was lost"});
    sink({.level = log_level::debug, .text = "nobody wants this"});
    const attribute fields[] = {{"error.type", "unavailable"}};
    caf_sink(system, to_json)({.level = log_level::error, .event = "client.closed", .text = "closed", .fields = fields});
  }
  std::ifstream file{path};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::filesystem::remove(path);
  BOOST_TEST(text.find("WARN kdb the node was lost\n") != text.npos, text);
  BOOST_TEST(text.find("nobody wants this") == text.npos, text);
  BOOST_TEST(text.find(R"(ERROR kdb {"level":"error","event":"client.closed","text":"closed","error.type":"unavailable"})"
                       "\n") != text.npos,
             text);
}

BOOST_AUTO_TEST_SUITE_END()
