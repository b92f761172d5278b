// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <tuple>
#include <utility>

namespace kdb::inline v0 {

/// The number of this process in its line: a child of `fork` has a greater one than its parent.
unsigned process_generation();

/// One `T` for each process, made when it is first needed and never destroyed: it is used before `main` and while the process ends. A child
/// of `fork` gets a new one, because threads that do not exist in the child may hold the locks of its parent's.
template <class T>
class per_process {
public:
  constexpr per_process() = default;

  T& get() {
    const auto generation = process_generation();
    auto* found = newest_.load(std::memory_order_acquire);
    while (!found || found->generation != generation) {
      auto* made = new slot{generation, found};
      if (newest_.compare_exchange_strong(found, made, std::memory_order_acq_rel))
        return made->value;
      delete made; // Another thread was first.
    }
    return found->value;
  }

private:
  struct slot {
    unsigned generation;
    slot* inherited; // Keeps the memory reachable for leak checkers.
    T value{};
  };
  std::atomic<slot*> newest_{nullptr};
};

/// Keeps an object as long as the process lives: in a child of `fork` the destructors of what it has inherited may wait for threads that do
/// not exist there.
void leave_behind(std::shared_ptr<void> object);

/// Keeps what the members of an inherited object hold.
template <class... Members>
void leave_members_behind(Members&... members) {
  leave_behind(std::make_shared<std::tuple<Members...>>(std::move(members)...));
}

} // namespace kdb::inline v0
