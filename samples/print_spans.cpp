// SPDX-License-Identifier: Apache-2.0

// print_spans [URI]: a tracer that prints spans. A service implements the same interface on top of what it traces with.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>
#include <kdb/tracer.hpp>

#include <atomic>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <syncstream>

namespace {

// docs: tracer
/// Writes an id into the last bytes of an array.
template <std::size_t N>
void number(std::array<std::uint8_t, N>& id) {
  static std::atomic<std::uint64_t> last{0};
  const auto next = ++last;
  std::memcpy(id.data() + N - sizeof next, &next, sizeof next);
}

class printed_span final : public kdb::trace_span {
public:
  explicit printed_span(const kdb::span_start& start) : name_{start.name} {
    if (start.parent)
      context_.trace_id = start.parent->trace_id;
    else
      number(context_.trace_id);
    number(context_.span_id);
    print("begins" + (start.parent ? " under " + kdb::span_id_of(*start.parent) : std::string{}));
  }
  kdb::span_context context() const override { return context_; }
  void set(const kdb::attribute& value) override { print("has " + std::string{value.name}); }
  void add_event(std::string_view name, std::span<const kdb::attribute>) override { print("notes " + std::string{name}); }
  void end(kdb::span_status status, std::string_view message) override {
    print(status == kdb::span_status::ok ? "ends" : "fails: " + std::string{message});
  }

private:
  void print(const std::string& line) const {
    std::osyncstream{std::cout} << name_ << ' ' << kdb::span_id_of(context_) << ' ' << line << '\n';
  }

  std::string name_;
  kdb::span_context context_;
};

class printing_tracer final : public kdb::tracer {
public:
  std::unique_ptr<kdb::trace_span> start(const kdb::span_start& start) override { return std::make_unique<printed_span>(start); }
};
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  if (!settings)
    return 1;
  settings->tracer = std::make_shared<printing_tracer>();
  auto db = kdb::client::connect(*settings);
  if (!db)
    return 1;
  const auto stream = "orders-" + kdb::to_string(kdb::random_uuid());
  if (!db->append_to_stream(stream, kdb::stream_state::any, {kdb::new_event::json("order-placed", "{}")}))
    return 1;
  auto orders = db->subscribe_to_stream(stream);
  auto batch = orders ? orders->next(std::chrono::seconds{10}) : kdb::unexpected(orders.error());
  if (!batch)
    return 1;
  // docs: cause
  for (const auto& event : batch->events()) {
    // What the handling of an event appends belongs to the trace of the event.
    const auto cause = kdb::span_context_of(event);
    if (!cause)
      return 1;
    auto shipped = db->append_to_stream("shipping-" + stream, kdb::stream_state::any,
                                        {kdb::new_event::json("order-shipped", "{}")}, {.call = {.trace_parent = cause}});
    if (!shipped)
      return 1;
  }
  // docs: end
  return 0;
}
