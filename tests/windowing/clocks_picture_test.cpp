// SPDX-License-Identifier: MIT
//
// The pictures of windowing/CLOCKS.md: one stream under each clock, event time against processing
// time, as the steps take it.
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>

#include <tests/support.hpp>

#include <fstream>
#include <sstream>

namespace tidemark::clocks_picture_test {

using namespace std::chrono_literals;

constexpr EventTime at(int second) {
  return EventTime(std::chrono::seconds(second));
}
int second_of(EventTime time) {
  return static_cast<int>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch() / 1s);
}

/// What two phones tell, of one key: when it arrives, and when it happened.
struct Told {
  char phone;
  int arrives;
  int happened;
};
using Keyed = std::pair<char, Told>;
constexpr auto time_of = [](const Told& told) { return at(told.happened); };
constexpr auto time_of_record = [](const Keyed& record) { return at(record.second.happened); };

constexpr int end = 22;  // of processing time, in seconds

/// Both are in order. A tells each second at once; B each other, and nothing from 7 on while it is
/// in a tunnel; at 14 it has made up for it.
std::vector<Told> stream() {
  std::vector<Told> all;
  for (int second = 0; second != 20; ++second) all.push_back({'A', second, second});
  for (int second = 0; second != 20; second += 2)
    all.push_back({'B', second < 7 || second > 13 ? second : 14, second});
  std::ranges::stable_sort(all, {}, &Told::arrives);
  return all;
}

/// Processing time to the right, event time upward.
class Picture {
 public:
  void value(const Told& told) {
    char& here = cell(told.arrives, told.happened);
    here = here == ' ' ? told.phone : '*';
  }
  void late(const Told& told) { cell(told.arrives, told.happened) = 'x'; }
  void watermark(int now, EventTime time) {
    if (time < at(0) || time >= at(rows)) return;
    char& here = cell(now, second_of(time));
    if (here == ' ') here = '-';
  }
  void closed(int now, EventTime open) {
    closed_ += (closed_.empty() ? "" : ", ") + std::to_string(second_of(open)) + " at " +
               std::to_string(now);
  }

  std::string text() const {
    std::ostringstream out;
    for (int row = rows - 1; row >= 0; --row) {
      std::string line;
      for (int now = 0; now != end; ++now) line += std::string(1, cells_[row][now]) + ' ';
      line.erase(line.find_last_not_of(' ') + 1);
      out << (row % 5 == 0 ? (row < 10 ? " " : "") + std::to_string(row) + " |" : "   |")
          << (line.empty() ? "" : " ") << line << '\n';
    }
    out << "   +" << std::string(2 * end, '-')
        << "\n     0         5         10        15        20\n"
        << "closed: " << closed_ << '\n';
    return out.str();
  }

 private:
  static constexpr int rows = 20;
  char& cell(int now, int happened) { return cells_[happened][now]; }

  std::vector<std::string> cells_ = std::vector(rows, std::string(end, ' '));
  std::string closed_;
};

/// Runs a dataflow of two inputs, one for each phone, second by second. `build(scope, phones, now,
/// picture)` adds the step, and `look()` what is looked at after each second.
template <typename T, typename Build>
std::string picture(Build build) {
  Picture picture;
  int now = 0;
  Embedded embedded;
  std::function<void()> look;
  auto [a, b] = embedded.worker().dataflow<T>([&](Scope<T>& scope) {
    auto [of_a, told_by_a] = new_input<Keyed>(scope, "A");
    auto [of_b, told_by_b] = new_input<Keyed>(scope, "B");
    look = build(scope, told_by_a, told_by_b, now, picture);
    return std::pair(std::move(of_a), std::move(of_b));
  });
  const std::vector<Told> all = stream();
  auto next = all.begin();
  for (; now != end; ++now) {
    for (; next != all.end() && next->arrives == now; ++next) {
      auto& input = next->phone == 'A' ? a : b;
      picture.value(*next);
      if constexpr (std::is_same_v<T, Instant>) input.advance_to(T::at(at(next->happened)));
      input.send({'k', *next});
    }
    if constexpr (std::is_same_v<T, Epoch>)
      for (auto* input : {&a, &b}) input->advance_to(static_cast<std::uint64_t>(now + 1));
    for (int step = 0; step != 20; ++step) embedded.step();
    look();
  }
  now = end;
  a.close();
  b.close();
  embedded.step_while([&] { return embedded.has_dataflows(); });
  return picture.text();
}

template <typename Windows>
void show(const Windows& windows, int& now, Picture& picture) {
  windows | inspect([&](const std::pair<char, WindowResult<std::uint64_t>>& count) {
    picture.closed(now, count.second.window.open);
  });
  windows.late() |
      inspect([&](const std::pair<char, Late<Told>>& late) { picture.late(late.second.value); });
}

std::string by_the_original() {
  return picture<Epoch>([](auto&, auto a, auto b, int& now, Picture& picture) {
    EventClock clock(time_of, 1s, [&now] { return at(now); });
    const auto all = merge(a, b);
    show(all | count_window("count", clock, TumblingWindow(5s, at(0))), now, picture);
    auto key = std::make_shared<std::pair<decltype(clock), typename decltype(clock)::State>>(
        clock, typename decltype(clock)::State());
    all | inspect([key, &now](const Keyed& record) {
      key->first.read(key->second, record.second, at(now));
    });
    return [key, &now, &picture] {
      picture.watermark(now, key->first.watermark(key->second, at(now)));
    };
  });
}

std::string by_source() {
  return picture<Epoch>([](auto& scope, auto a, auto b, int& now, Picture& picture) {
    const auto all = merge(a | event_time("times of A", time_of_record, {.wait = 1s}),
                           b | event_time("times of B", time_of_record, {.wait = 1s}));
    show(all | count_window("count", SourceClock(time_of), TumblingWindow(5s, at(0))), now,
         picture);
    OperatorBuilder<Epoch> op(scope, "watermark");
    auto& in = op.input(all, Pipeline{});
    auto& watermarks = op.watermarks(0, "");
    op.set_interest(Interest::always);
    const auto reached = std::make_shared<EventTime>(before_all_time);
    op.build([&in, &watermarks, reached] {
      in.for_each([](auto&) {});
      watermarks.follow(in.frontier());
      watermarks.rise([](Epoch) { return true; },
                      [&](Epoch, EventTime watermark) { *reached = watermark; });
    });
    return [reached, &now, &picture] { picture.watermark(now, *reached); };
  });
}

std::string by_frontier() {
  return picture<Instant>([](auto&, auto a, auto b, int& now, Picture& picture) {
    const auto all = merge(a, b);
    show(all | count_window("count", FrontierClock(), TumblingWindow(5s, at(0))), now, picture);
    const auto probe = tidemark::probe(all);
    return [probe, &now, &picture] {
      for (const Instant& instant : probe.frontier()) picture.watermark(now, instant.time);
    };
  });
}

TEST_CASE("the pictures of the clocks are what the clocks do", "[clocks][documents]") {
  std::ifstream file(TIDEMARK_SOURCE_DIR "/windowing/CLOCKS.md");
  std::ostringstream page;
  page << file.rdbuf();
  for (const std::string& drawn : {by_the_original(), by_source(), by_frontier()}) {
    INFO(drawn);
    CHECK(page.str().find("```text\n" + drawn + "```") != std::string::npos);
  }
}

}  // namespace tidemark::clocks_picture_test
