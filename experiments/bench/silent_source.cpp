// SPDX-License-Identifier: MIT
//
// Question: does a source whose event times are read hold another one up by being silent?
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sinks/sink.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/key_on.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>

#include "bench.hpp"
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

using namespace std::chrono_literals;

/// A record happened so many milliseconds after 1970.
struct Happening {
  std::int64_t at = 0;
};
constexpr auto time_of = [](const Happening& happening) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(happening.at));
};

/// Whether the source that gives something has ended, and who waits for that.
struct End {
  std::mutex mutex;
  bool reached = false;
  std::function<void()> wake;
};

/// Gives records in order, a thousand a poll.
class Busy {
 public:
  using item_type = Happening;
  Busy(std::uint64_t records, std::shared_ptr<End> end) : records_(records), end_(std::move(end)) {}

  std::vector<std::string> parts() const { return {"busy"}; }
  std::unique_ptr<SourcePart<Happening>> open(const std::string&, const SourceContext&) const {
    struct Part final : SourcePart<Happening> {
      Poll next_batch(std::vector<Happening>& batch) override {
        for (int i = 0; i != 1000 && given != records; ++i)
          batch.push_back({static_cast<std::int64_t>(given++)});
        if (given != records) return {};
        const std::lock_guard lock(end->mutex);
        end->reached = true;
        if (end->wake) end->wake();
        return {Poll::State::end, {}};
      }
      std::uint64_t given = 0, records = 0;
      std::shared_ptr<End> end;
    };
    auto part = std::make_unique<Part>();
    part->records = records_;
    part->end = end_;
    return part;
  }

 private:
  std::uint64_t records_;
  std::shared_ptr<End> end_;
};

/// Gives nothing, and ends when the other has.
class Silent {
 public:
  using item_type = Happening;
  explicit Silent(std::shared_ptr<End> end) : end_(std::move(end)) {}

  std::vector<std::string> parts() const { return {"silent"}; }
  std::unique_ptr<SourcePart<Happening>> open(const std::string&,
                                              const SourceContext& context) const {
    struct Part final : SourcePart<Happening> {
      Poll next_batch(std::vector<Happening>&) override {
        const std::lock_guard lock(end->mutex);
        return {end->reached ? Poll::State::end : Poll::State::wait, {}};
      }
      std::shared_ptr<End> end;
    };
    auto part = std::make_unique<Part>();
    part->end = end_;
    const std::lock_guard lock(end_->mutex);
    end_->wake = context.wake;
    return part;
  }

 private:
  std::shared_ptr<End> end_;
};

/// A sink for what is counted before it.
struct Nothing {
  template <typename Item>
  struct Part final : SinkPart<Item> {
    void write_batch(const std::vector<Item>&) override {}
  };
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>();
  }
};

double read_records(std::uint64_t records, bool beside_silent) {
  const auto end = std::make_shared<End>();
  std::uint64_t counted = 0;
  Dataflow flow;
  auto all = input(flow, "busy", Busy(records, end)) | event_time("busy times", time_of);
  if (beside_silent)
    all = merge(all, input(flow, "silent", Silent(end)) | event_time("silent times", time_of));
  all | key_on([](const Happening& happening) { return happening.at % 64; }) |
      count_window("count", SourceClock(time_of), TumblingWindow(1min, EventTime())) |
      filter([&counted](const auto& window) {
        counted += window.second.result;
        return false;
      }) |
      output("nothing", Nothing());
  const Stopwatch watch;
  run_main(flow);
  const double elapsed = watch.ns();
  check(counted == records, "the number of records in windows");
  return elapsed / static_cast<double>(records);
}

}  // namespace

void add_silent_source_rows(Rows& rows) {
  rows.push_back({.name = "beside_silent",
                  .per = "record",
                  .baseline = "ours without the silent source",
                  .quick_rounds = 1 << 20,
                  .full_rounds = 1 << 23,
                  .ours = [](std::uint64_t records) { return read_records(records, true); },
                  .by_hand = [](std::uint64_t records) { return read_records(records, false); },
                  .bar = Bar{1 / 0.9}});
}

}  // namespace tidemark::bench
