// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility> // Boost.Asio 1.74 needs it with GCC 12, and does not say so.

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include <unistd.h>

#include <kdb/export.hpp>

// Part of `kdb/async_client.hpp`: handlers and the contexts that run them. Not for programs.
namespace kdb {
inline namespace KDB_API v0 {
namespace detail {

/// A completion handler with its executor and its outstanding work.
class handler_box {
public:
  virtual ~handler_box() = default;
};

class pending_handlers;

/// Holds a handler until its outcome arrives, or until the context of its executor is destroyed.
class pending_handler {
public:
  pending_handler(std::shared_ptr<pending_handlers> all, std::unique_ptr<handler_box> box);
  ~pending_handler();
  pending_handler(const pending_handler&) = delete;
  pending_handler& operator=(const pending_handler&) = delete;

  /// Calls `use` with the handler, once, unless the context is gone. The context is not destroyed meanwhile.
  template <class Use>
  void take(Use use);

private:
  friend class pending_handlers;
  const std::shared_ptr<pending_handlers> all_;
  std::unique_ptr<handler_box> box_;
  pending_handler* previous_ = nullptr;
  pending_handler* next_ = nullptr;
};

/// The pending handlers of one context. May be used from any thread.
class pending_handlers {
public:
  void add(pending_handler& one) {
    std::unique_ptr<handler_box> late; // Destroyed without the lock.
    std::lock_guard lock{mutex_};
    if (shut_) {
      late = std::move(one.box_);
      return;
    }
    one.next_ = first_;
    if (first_)
      first_->previous_ = &one;
    first_ = &one;
  }

  /// Returns the box if the context still exists; `release` must then be called.
  std::unique_ptr<handler_box> take(pending_handler& one) {
    std::lock_guard lock{mutex_};
    if (!one.box_)
      return nullptr;
    unlink(one);
    ++taken_;
    return std::move(one.box_);
  }

  void release() {
    std::lock_guard lock{mutex_};
    if (--taken_ == 0)
      changed_.notify_all();
  }

  /// Destroys all handlers, and waits for those that are being posted. Called before the context is destroyed.
  void shut() {
    if (::getpid() != process_)
      return; // In a child of fork: the threads that post may not exist, and the lock may stay locked.
    std::vector<std::unique_ptr<handler_box>> dropped; // Destroyed without the lock: handlers may own clients and subscriptions.
    std::unique_lock lock{mutex_};
    shut_ = true;
    while (first_) {
      dropped.push_back(std::move(first_->box_));
      unlink(*first_);
    }
    changed_.wait(lock, [this] { return taken_ == 0; });
    lock.unlock();
  }

private:
  void unlink(pending_handler& one) {
    (one.previous_ ? one.previous_->next_ : first_) = one.next_;
    if (one.next_)
      one.next_->previous_ = one.previous_;
    one.previous_ = one.next_ = nullptr;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  pending_handler* first_ = nullptr;
  std::size_t taken_ = 0;
  bool shut_ = false;
  const pid_t process_ = ::getpid();
};

inline pending_handler::pending_handler(std::shared_ptr<pending_handlers> all, std::unique_ptr<handler_box> box)
  : all_{std::move(all)}, box_{std::move(box)} {
  all_->add(*this);
}

inline pending_handler::~pending_handler() {
  take([](std::unique_ptr<handler_box>) {});
}

template <class Use>
void pending_handler::take(Use use) {
  auto box = all_->take(*this);
  if (!box)
    return;
  struct release_at_end {
    pending_handlers& all;
    ~release_at_end() { all.release(); }
  } held{*all_};
  use(std::move(box));
}

/// Asio tells its services when their context is about to be destroyed.
class pending_handlers_service final : public boost::asio::execution_context::service {
public:
  using key_type = pending_handlers_service;
  static inline boost::asio::execution_context::id id;

  explicit pending_handlers_service(boost::asio::execution_context& owner) : boost::asio::execution_context::service{owner} {}

  const std::shared_ptr<pending_handlers>& handlers() const { return handlers_; }

private:
  void shutdown() override { handlers_->shut(); }
  std::shared_ptr<pending_handlers> handlers_ = std::make_shared<pending_handlers>();
};

/// The pending handlers of the context that an executor runs on.
template <class Executor>
std::shared_ptr<pending_handlers> handlers_of(const Executor& executor) {
  if constexpr (boost::asio::can_query<const Executor&, boost::asio::execution::context_t>::value) {
    boost::asio::execution_context& context = boost::asio::query(executor, boost::asio::execution::context);
    return boost::asio::use_service<pending_handlers_service>(context).handlers();
  } else {
    boost::asio::execution_context& context = executor.context();
    return boost::asio::use_service<pending_handlers_service>(context).handlers();
  }
}

} // namespace detail
} // namespace v0
} // namespace kdb
