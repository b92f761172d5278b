// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <boost/asio/io_context.hpp>
#include <kdb/async_client.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

namespace kdb::guest {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Whatever blocks in the child is said to be slow, although its deadline is far.
template <class Operation>
void say_at_once(const std::string& name, Operation operation) {
  const auto start = std::chrono::steady_clock::now();
  auto outcome = operation();
  const auto slow = std::chrono::steady_clock::now() - start > 2s;
  say(name + ": " + outcome + (slow ? ", slow" : ""));
}

/// Runs `in_child` in a child of fork; the child ends with what it returns, in the way in which programs end. Says how the child ended.
template <class Job>
bool forked(Job in_child) {
  const auto id = ::fork();
  if (id == 0) {
    in_child();
    return true;
  }
  int status = 0;
  ::waitpid(id, &status, 0);
  say(WIFEXITED(status) ? "child: " + std::to_string(WEXITSTATUS(status)) : "child: signal " + std::to_string(WTERMSIG(status)));
  return false;
}

/// All that a client hands out.
struct everything {
  explicit everything(const std::string& uri)
    : db{connected_client(uri)}, async{async_client::connect(io.get_executor(), uri).value()} {
    (void)append_one(db);
    events.emplace(db.read_stream("guest"));
    (void)events->next();
    news.emplace(db.subscribe_to_stream("guest").value());
    (void)news->next(5s);
    (void)db.create_group("guest", "group");
    work.emplace(db.consume({"guest", "group"}).value());
    async.subscribe_to_stream("guest", {}, [this](result<async_subscription> started) {
      async_news.emplace(std::move(started.value()));
      async_news->next([](const result<event_batch>&) {});
    });
    io.run();
    io.restart();
  }

  asio::io_context io;
  client db;
  std::optional<reading> events;
  std::optional<subscription> news;
  std::optional<consumer> work;
  async_client async;
  std::optional<async_subscription> async_news;
};

void use_inherited(everything& all) {
  const auto call = [](auto operation) { return [operation] { return told(operation()); }; };
  say_at_once("append", call([&] { return append_one(all.db, 30s); }));
  say_at_once("read", call([&] { return all.db.read_stream("guest").next(); }));
  say_at_once("read on", call([&] { return all.events->next(); }));
  say_at_once("next", call([&] { return all.news->next(30s); }));
  say_at_once("consume on", call([&] { return all.work->next(30s); }));
  say_at_once("subscribe", call([&] { return all.db.subscribe_to_stream("guest"); }));
  say_at_once("consume", call([&] { return all.db.consume({"guest", "group"}); }));
  say_at_once("status", [&] { return std::string{to_string(all.db.get_status().phase)}; });
  std::string seen;
  all.io.notify_fork(asio::io_context::fork_child);
  say_at_once("async", [&] {
    all.async.get_current_version("guest", {}, [&](const auto& found) { seen = told(found); });
    all.async.subscribe_to_stream("guest", {}, [&](const auto& started) { seen += " " + told(started); });
    all.async_news->next([&](const auto& batch) { seen += " " + told(batch); });
    all.async.read_stream("guest").next([&](const auto& batch) { seen += " " + told(batch); });
    all.async.close([&](const auto& closed) { seen += " " + told(closed); });
    all.io.restart();
    all.io.run_for(5s);
    return seen;
  });
  all.news->cancel();
  all.async_news->cancel();
  all.db.close();
}

/// The child uses what it has inherited and returns from main.
int fork_uses(const std::string& uri) {
  everything all{uri};
  if (forked([&] { use_inherited(all); }))
    return 0;
  say("parent: " + told(append_one(all.db)));
  return 0;
}

int fork_returns(const std::string& uri) {
  everything all{uri};
  if (forked([] {}))
    return 7;
  say("parent: " + told(append_one(all.db)));
  return 0;
}

int fork_exits(const std::string& uri) {
  static auto db = connected_client(uri);
  (void)append_one(db);
  forked([] { std::exit(6); });
  say("parent: " + told(append_one(db)));
  return 0;
}

std::string told_of_new_client(const std::string& uri) {
  auto own = client::connect(uri);
  return own ? told(append_one(*own)) : told(own);
}

int fork_makes(const std::string& uri) {
  auto db = connected_client(uri);
  (void)append_one(db);
  if (forked([&] { say_at_once("own", [&] { return told_of_new_client(uri); }); }))
    return 0;
  say("parent: " + told(append_one(db)));
  return 0;
}

int fork_first(const std::string& uri) {
  if (forked([&] { say("own: " + told_of_new_client(uri)); }))
    return 0;
  say("parent: " + told_of_new_client(uri));
  return 0;
}

int fork_after_the_last(const std::string& uri) {
  say("parent: " + told_of_new_client(uri));
  if (forked([&] { say("own: " + told_of_new_client(uri)); }))
    return 0;
  say("parent: " + told_of_new_client(uri));
  return 0;
}

/// The parent ends inside daemon().
int daemonized(const std::string& uri) {
  auto db = connected_client(uri);
  (void)append_one(db);
  if (::daemon(1, 1) != 0)
    return 1;
  say_at_once("daemon", [&] { return told(append_one(db, 30s)); });
  return 0;
}

} // namespace

std::map<std::string, role> fork_roles() {
  return {
    {"fork_uses", fork_uses},   {"fork_returns", fork_returns}, {"fork_exits", fork_exits},
    {"fork_makes", fork_makes}, {"fork_first", fork_first},     {"fork_after_the_last", fork_after_the_last},
    {"daemonized", daemonized},
  };
}

} // namespace kdb::guest
