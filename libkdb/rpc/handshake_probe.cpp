// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/handshake_probe.hpp"

#include <atomic>
#include <system_error>
#include <thread>
#include <utility>

#include "libkdb/rpc/handshake.hpp"
#include "libkdb/rpc/process.hpp"
#include "libkdb/rpc/resolver.hpp"

namespace kdb::inline v0::rpc {

namespace {

constexpr int so_many_at_most = 16;

class probe final : public running_call, public timed, public std::enable_shared_from_this<probe> {
public:
  probe(std::shared_ptr<engine> engine, handshake_plan plan, std::function<void(handshake_facts)> done)
    : engine_{std::move(engine)}, plan_{std::move(plan)}, done_{std::move(done)} {
    ++under_way;
  }
  ~probe() override { --under_way; }

  static bool too_many() { return under_way >= so_many_at_most; }

  void start(const std::string& host) {
    if (!engine_->add(shared_from_this())) {
      finish({});
      return;
    }
    engine_->watch(weak_from_this(), plan_.until);
    resolve(host, [self = shared_from_this()](result<std::vector<std::string>> found) { self->resolved(std::move(found)); });
  }

  void cancel() override {
    given_up_ = true;
    // A lookup can't be hurried, and nothing else may be under way.
    if (!shaking_.exchange(true))
      finish({});
  }

  void due() override { cancel(); }
  const channel_pool* connections() const override { return nullptr; }

private:
  void resolved(result<std::vector<std::string>> found) {
    if (shaking_.exchange(true))
      return; // Given up meanwhile.
    if (!found) {
      finish({});
      return;
    }
    plan_.addresses = std::move(*found);
    try {
      std::thread{[self = shared_from_this(), counted = count_thread()] {
        self->finish(shake_hands(self->plan_, [&] { return self->given_up_.load(); }));
      }}.detach();
    } catch (const std::system_error&) { // No thread is to be had.
      finish({});
    }
  }

  /// Once.
  void finish(handshake_facts facts) {
    std::exchange(done_, {})(std::move(facts));
    engine_->remove(shared_from_this());
  }

  static inline std::atomic<int> under_way{0};

  const std::shared_ptr<engine> engine_;
  handshake_plan plan_;
  std::function<void(handshake_facts)> done_;
  std::atomic<bool> given_up_{false};
  std::atomic<bool> shaking_{false}; // Or over.
};

} // namespace

void probe_handshake(const std::shared_ptr<engine>& engine, const address& node, const tls_settings& settings,
                     tls_material material, std::function<void(handshake_facts)> done) {
  if (probe::too_many()) {
    done({});
    return;
  }
  handshake_plan plan{.addresses = {},
                      .port = node.where.port,
                      .name = node.server_name.empty() ? node.where.host : node.server_name,
                      .verify = settings.enabled && settings.verify_certificate,
                      .material = std::move(material),
                      .until = std::chrono::steady_clock::now() + longest_probe};
  std::make_shared<probe>(engine, std::move(plan), std::move(done))->start(node.where.host);
}

} // namespace kdb::inline v0::rpc
