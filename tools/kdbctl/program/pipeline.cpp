// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/pipeline.hpp"

#include <kdb/async_client.hpp>

#include <boost/asio/io_context.hpp>

namespace kdbctl {

struct pipeline::content {
  boost::asio::io_context io;
  std::optional<kdb::async_client> client;
  std::chrono::milliseconds timeout{};
  std::size_t under_way = 0;
};

pipeline::pipeline(std::unique_ptr<content> all) : content_{std::move(all)} {}
pipeline::pipeline(pipeline&&) noexcept = default;
pipeline& pipeline::operator=(pipeline&&) noexcept = default;
pipeline::~pipeline() = default;

kdb::result<pipeline> pipeline::connect(kdb::settings settings, std::chrono::milliseconds timeout) {
  auto all = std::make_unique<content>();
  auto client = kdb::async_client::connect(all->io.get_executor(), std::move(settings));
  if (!client)
    return kdb::unexpected{client.error()};
  all->client = std::move(*client);
  all->timeout = timeout;
  return pipeline{std::move(all)};
}

void pipeline::append(std::string stream, kdb::stream_state expected, std::vector<kdb::new_event> events,
                      std::function<void(kdb::result<kdb::append_result>)> done) {
  kdb::append_options options;
  options.call.deadline = content_->timeout;
  options.call.retry = 0;
  ++content_->under_way;
  content_->client->append_to_stream(
    std::move(stream), expected, std::move(events), std::move(options),
    [this_content = content_.get(), done = std::move(done)](kdb::result<kdb::append_result> answer) {
      --this_content->under_way;
      done(std::move(answer));
    });
}

void pipeline::current_version(std::string stream, std::function<void(kdb::result<std::optional<kdb::stream_revision>>)> done) {
  kdb::call_options call;
  call.deadline = content_->timeout;
  ++content_->under_way;
  content_->client->get_current_version(
    std::move(stream), std::move(call),
    [this_content = content_.get(), done = std::move(done)](kdb::result<std::optional<kdb::stream_revision>> answer) {
      --this_content->under_way;
      done(std::move(answer));
    });
}

std::size_t pipeline::under_way() const {
  return content_->under_way;
}

void pipeline::wait_until(std::size_t most) {
  content_->io.restart();
  while (content_->under_way > most && content_->io.run_one() > 0) {}
}

} // namespace kdbctl
