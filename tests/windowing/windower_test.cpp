// SPDX-License-Identifier: MIT
//
// Windowers, clocks and aggregates by themselves.
#include <tidemark/core/random.hpp>
#include <tidemark/windowing/aggregates/count.hpp>
#include <tidemark/windowing/aggregates/declared.hpp>
#include <tidemark/windowing/aggregates/fold.hpp>
#include <tidemark/windowing/aggregates/histogram.hpp>
#include <tidemark/windowing/aggregates/least_squares.hpp>
#include <tidemark/windowing/aggregates/mean_covariance.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/sliced_windows.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>
#include <tidemark/windowing/windowers/session_windower.hpp>

#include <tests/support.hpp>

#include <limits>

namespace tidemark::windower_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using Ns = std::int64_t;
__extension__ using Wide = __int128;
constexpr Ns last_ns = std::numeric_limits<Ns>::max();
constexpr Ns first_ns = std::numeric_limits<Ns>::min();

EventTime at(Ns ns) {
  return EventTime(std::chrono::nanoseconds(ns));
}
Ns ns_of(EventTime time) {
  return time.time_since_epoch().count();
}

template <typename W>
std::vector<std::int64_t> ids_of(const W& windower, Ns time) {
  typename W::State state;
  std::vector<std::int64_t> ids;
  windower.windows_of(state, at(time), [&](const auto& window) { ids.push_back(window.id); });
  return ids;
}

TEST_CASE("a value is in the windows whose interval has its time", "[windower][oracle]") {
  check_property(2000, [] {
    const auto length = *rc::gen::inRange<Ns>(1, 25), offset = *rc::gen::inRange<Ns>(1, 25);
    const auto align = *rc::gen::inRange<Ns>(-60, 60), time = *rc::gen::inRange<Ns>(-60, 60);
    const SlidingWindow windower(std::chrono::nanoseconds(length), std::chrono::nanoseconds(offset),
                                 at(align));
    std::vector<std::int64_t> expected;
    for (Ns id = -200; id != 200; ++id) {
      const Ns open = align + id * offset;
      if (open <= time && time < open + length) expected.push_back(id);
      const WindowInfo info = windower.info({id});
      RC_ASSERT(info.open == at(open));
      RC_ASSERT(info.close == at(open + length));
    }
    RC_ASSERT(ids_of(windower, time) == expected);
    if (length == offset) {
      const TumblingWindow tumbling(std::chrono::nanoseconds(length), at(align));
      RC_ASSERT(ids_of(tumbling, time) == expected);
      for (const auto id : {expected[0] - 1, expected[0], expected[0] + 1})
        RC_ASSERT(tumbling.is_just_before(at(time), tumbling.close_of(id)) == (id == expected[0]));
    }
    // The slices between the openings and closings are in the windows that their values are in.
    const detail::Slicing slicing(windower);
    const std::int64_t slice = slicing.slice_of(at(time));
    for (Ns id = time - 100; id != time + 100; ++id)
      RC_ASSERT((slicing.first_slice(id) <= slice && slice < slicing.slices_end(id)) ==
                (std::ranges::count(expected, id) == 1));
    if (!expected.empty()) {
      RC_ASSERT(slicing.first_window(slice) == expected.front());
      RC_ASSERT(slicing.last_window(slice) == expected.back());
    } else {
      RC_ASSERT(slicing.last_window(slice) < slicing.first_window(slice));
    }
  });
}

TEST_CASE("the last nanosecond before a window closes belongs to it, before align_to, too",
          "[windower]") {
  const EventTime align = std::chrono::sys_days(std::chrono::year(2022) / 1 / 1);
  const TumblingWindow windower(1s, align);
  for (const Ns id : {Ns{-3}, Ns{-1}, Ns{0}, Ns{1}, Ns{4}}) {
    const EventTime close = align + (id + 1) * 1s;
    CHECK(ids_of(windower, ns_of(close - 1ns)) == std::vector{id});
    CHECK(ids_of(windower, ns_of(close)) == std::vector{id + 1});
  }
  CHECK(ids_of(TumblingWindow(1us, align), ns_of(align + 1999ns)) == std::vector<Ns>{1});
}

TEST_CASE("window numbers have 64 bits, and one that does not fit is an error", "[windower]") {
  const EventTime align = std::chrono::sys_days(std::chrono::year(1700) / 1 / 1);
  const EventTime time = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
  const TumblingWindow windower(10us, align);
  const Ns id = ids_of(windower, ns_of(time)).front();
  CHECK(id == Ns{182'621} * 86'400 * 100'000);  // days of 500 years, 121 of them leap days
  CHECK(windower.info({id}).open == time);
  CHECK_THROWS_WITH(ids_of(TumblingWindow(1ns, align), ns_of(time)),
                    Catch::Contains("the number of a window does not fit in 62 bits"));
}

TEST_CASE("at both ends of time, windows end with it", "[windower]") {
  for (const Ns align : {first_ns, Ns{0}, last_ns})
    for (const Ns time : {first_ns, first_ns + 1, Ns{0}, last_ns - 1, last_ns}) {
      const TumblingWindow windower(1h, at(align));
      const auto ids = ids_of(windower, time);
      REQUIRE(ids.size() == 1);
      const WindowInfo info = windower.info({ids.front()});
      CHECK(info.open <= at(time));
      CHECK(at(time) <= info.close);
    }
  CHECK(advanced(at(last_ns - 5), 10ns) == after_all_time);
  CHECK(set_back(at(first_ns + 5), 10ns) == before_all_time);
  CHECK(set_back(at(0), -1ns) == at(1));
  CHECK(between(at(first_ns), at(last_ns)) == std::chrono::nanoseconds::max());
  CHECK(between(at(last_ns), at(first_ns)) == std::chrono::nanoseconds::min());
  const SessionWindow session(1h);
  SessionWindow::Window a{1, at(last_ns), at(last_ns), {}};
  CHECK(session.absorb(a, {0, at(last_ns), at(last_ns), {}}));
  CHECK(!session.absorb(a, {0, at(first_ns), at(first_ns), {}}));
}

TEST_CASE("lengths, offsets, gaps, sizes and waits that make no sense are refused", "[windower]") {
  CHECK_THROWS_WITH(TumblingWindow(0s, at(0)),
                    "TumblingWindow: the length is 0 ns; it must be positive");
  CHECK_THROWS_WITH(SlidingWindow(1s, -1s, at(0)),
                    "SlidingWindow: the offset is -1000000000 ns; it must be positive");
  CHECK_THROWS_WITH(SlidingWindow(-5ns, 1s, at(0)),
                    "SlidingWindow: the length is -5 ns; it must be positive");
  CHECK_THROWS_WITH(SessionWindow(0s), "SessionWindow: the gap is 0 ns; it must be positive");
  CHECK_THROWS_WITH(CountWindow(0),
                    "CountWindow: the size is 0 and the step 0; both must be at least 1");
  CHECK_THROWS_WITH(EventClock([](int) { return EventTime(); }, -1s),
                    "EventClock: the wait is -1000000000 ns; it must be at least 0");
  CHECK_THROWS_AS(Histogram(1, 1, 3), ConfigError);
  CHECK_THROWS_WITH(to_event_time(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1)),
                    Catch::Contains("after 2262-04-11"));
  CHECK_THROWS_AS(to_event_time(std::chrono::sys_days(std::chrono::year(1000) / 1 / 1)),
                  std::out_of_range);
  CHECK(Span(std::chrono::years(1000)).length() == Span::forever);
  CHECK(Span(1.5s).length() == 1500ms);
}

TEST_CASE("an EventClock's watermark is the largest of its values' and never regresses",
          "[clock][oracle]") {
  check_property(500, [] {
    Tape tape = draw_tape("case", 60);
    const Ns wait = tape.below(3) == 0 ? 0 : tape.below(50);
    const auto time_of = [](Ns value) { return at(value); };
    EventClock clock(time_of, std::chrono::nanoseconds(wait));
    decltype(clock)::State state;
    Ns wall = 1000;
    std::vector<std::pair<Ns, Ns>> seen;  // (time, wall)
    EventTime before = before_all_time;
    while (!tape.at_end()) {
      wall += tape.below(20);
      std::optional<Ns> expected;
      const auto expect = [&] {
        for (const auto& [time, came] : seen)
          expected = std::max(expected.value_or(first_ns), time - wait + wall - came);
        return expected ? at(*expected) : before_all_time;
      };
      RC_ASSERT(clock.watermark(state, at(wall)) == expect());
      const Ns value = wall + static_cast<Ns>(tape.below(100)) - 300;
      seen.emplace_back(value, wall);
      const Reading reading = clock.read(state, value, at(wall));
      RC_ASSERT(reading.time == at(value));
      RC_ASSERT(reading.watermark == expect());
      RC_ASSERT(reading.watermark >= before);
      before = reading.watermark;
      const EventTime close = before + std::chrono::nanoseconds(1 + tape.below(200));
      const EventTime due = clock.due(state, close);
      RC_ASSERT(clock.watermark(state, due) >= close);
      RC_ASSERT(clock.watermark(state, due - 1ns) < close);
    }
  });
}

TEST_CASE("a getter may return any system time, and one out of range is an error", "[clock]") {
  EventClock days([](int day) { return std::chrono::sys_days(std::chrono::days(day)); }, 0s);
  decltype(days)::State state;
  CHECK(days.read(state, 2, at(0)).time == at(0) + 48h);
  CHECK_THROWS_AS(days.read(state, 200'000, at(0)), std::out_of_range);
  CHECK(days.read(state, -2, at(0)).watermark == at(0) + 48h);
}

/// Slides over values at 0, 1, 2, ..., each its own slice, and checks every window.
template <typename A>
std::uint64_t combines_of(A aggregate, Ns length, Ns count, WindowRules rules) {
  using Work = detail::WindowWork<SlidingWindow, A>;
  Work work{detail::under_rules(SlidingWindow(std::chrono::nanoseconds(length), 1ns, at(0)), rules),
            std::move(aggregate)};
  detail::SlicedWindows<Work> windows;
  Ns results = 0;
  const auto emit = [&](const SlidingWindow::Window& window, const Ns& sum) {
    const WindowInfo info = work.windower.info(window);
    const Ns low = std::max<Ns>(0, ns_of(info.open));
    const Ns high = std::min<Ns>(count, ns_of(info.close)) - 1;
    CHECK(sum == (low + high) * (high - low + 1) / 2);
    ++results;
  };
  for (Ns time = 0; time != count; ++time) {
    windows.add(work, at(time), time, at(time), emit);
    windows.close(work, at(time), emit);
  }
  windows.close(work, after_all_time, emit);
  CHECK(windows.empty());
  CHECK(results == count + length - 1);
  return work.tally.combines;
}

TEST_CASE("a sliding window costs a constant number of combines, however long it is",
          "[aggregate][slices]") {
  const auto plus = [](Ns a, Ns b) { return a + b; };
  const auto reduction = [](auto reducer) {
    return Reduction<Ns, decltype(reducer)>{std::move(reducer)};
  };
  for (const Ns length : {2, 16, 300}) {
    const Ns count = 2000, windows = count + length;
    const WindowRules rules = WindowRules::v0_21;
    CHECK(combines_of(reduction(std::plus<>{}), length, count, rules) <=
          std::uint64_t(2 * windows));
    CHECK(combines_of(reduction(associative(plus)), length, count, rules) <=
          std::uint64_t(4 * windows));
    // Where a value may still come for what is in use: the logarithm of the length, and little
    // more.
    std::uint64_t depth = 1;
    while ((Ns{1} << depth) < length) ++depth;
    CHECK(combines_of(reduction(associative(plus)), length, count, WindowRules::v0_17) <=
          6 * (depth + 1) * std::uint64_t(windows));
  }
}

TEST_CASE("a slice tree knows what any prefix holds, in order", "[slices][oracle]") {
  check_property(300, [] {
    Tape tape = draw_tape("case", 120);
    const auto concatenate = associative([](std::string a, const std::string& b) { return a + b; });
    using Merge = Reduction<std::string, std::remove_cvref_t<decltype(concatenate)>>;
    using Work = detail::WindowWork<TumblingWindow, Merge>;
    Work work{TumblingWindow(1ns, at(0)), Merge{concatenate}};
    detail::SliceTree<Work> tree;
    std::map<std::int64_t, std::string> slices;
    while (!tape.at_end()) {
      const std::int64_t id = tape.below(40);
      switch (tape.below(6)) {
        case 0:
          tree.drop_before(id);
          std::erase_if(slices, [&](const auto& slice) { return slice.first < id; });
          break;
        case 1: {
          std::string expected;
          for (const auto& [slice, text] : slices)
            if (slice < id) expected += text;
          RC_ASSERT(tree.before(work, id).value_or("") == expected);
          break;
        }
        default:
          const std::string text(1, static_cast<char>('a' + tape.below(26)));
          tree.add(work, id, text, at(0));
          slices[id] += text;
      }
      RC_ASSERT(tree.empty() == slices.empty());
      if (!slices.empty()) RC_ASSERT(tree.oldest() == slices.begin()->first);
    }
  });
}

TEST_CASE("mean, covariance and linear model are those of all values, however they are split",
          "[aggregate][eigen]") {
  Random random(1);
  const auto number = [&] { return static_cast<double>(random.below(2000)) / 100 - 5; };
  std::vector<std::pair<Eigen::Vector3d, double>> values;
  for (int i = 0; i != 60; ++i) {
    const Eigen::Vector3d x(1, number(), 1e6 + number());
    values.emplace_back(x, x.dot(Eigen::Vector3d(3, -2, 0.5)) + number() / 10);
  }
  Eigen::MatrixXd rows(60, 3);
  Eigen::VectorXd y(60);
  for (int i = 0; i != 60; ++i) {
    rows.row(i) = values[static_cast<std::size_t>(i)].first;
    y[i] = values[static_cast<std::size_t>(i)].second;
  }
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  const Eigen::MatrixXd centred = rows.rowwise() - mean;
  const Eigen::MatrixXd covariance = centred.transpose() * centred / 59;
  const Eigen::VectorXd model = rows.leftCols(2).colPivHouseholderQr().solve(y - rows.col(2) / 2);
  MeanCovariance<3> moments;
  MeanCovariance<Eigen::Dynamic> dynamic;
  LeastSquares<2> fit;
  for (const std::size_t split : {1u, 7u, 59u}) {
    const auto fold = [&](auto& aggregate, const auto& value_of) {
      std::optional<typename std::remove_cvref_t<decltype(aggregate)>::Accumulator> parts[2];
      for (std::size_t i = 0; i != values.size(); ++i) {
        auto& part = parts[i < split ? 0 : 1];
        if (part) {
          aggregate.add(*part, value_of(values[i]), at(0));
        } else {
          part = aggregate.first(value_of(values[i]), at(0));
        }
      }
      aggregate.combine(*parts[0], *parts[1]);
      return aggregate.result(std::move(*parts[0]));
    };
    const auto vector = [](const auto& value) { return value.first; };
    const auto result = fold(moments, vector);
    CHECK(result.count == 60);
    CHECK((result.mean - mean.transpose()).norm() < 1e-8);
    CHECK((result.covariance - covariance).norm() < 1e-8);
    const auto other =
        fold(dynamic, [](const auto& value) { return Eigen::VectorXd(value.first); });
    CHECK((other.covariance - covariance).norm() < 1e-8);
    const auto line = fold(fit, [](const auto& value) {
      return std::pair<Eigen::Vector2d, double>(value.first.head(2),
                                                value.second - value.first[2] / 2);
    });
    CHECK((line.coefficients - model).norm() < 1e-6);
    CHECK(line.residual > 0);
  }
  CHECK(moments.result(moments.first(Eigen::Vector3d(1, 2, 3), at(0))).covariance.norm() == 0);
}

TEST_CASE("a histogram counts every number once, and can be taken from another",
          "[aggregate][eigen]") {
  Histogram histogram(-1, 1, 4);
  auto all = histogram.first(-1.0, at(0));
  for (const double value : {-1.5, 0.0, 0.49, 0.5, 0.999999999999999999, 1.0, 1e300, -0.6,
                             std::numeric_limits<double>::quiet_NaN()})
    histogram.add(all, value, at(0));
  auto part = all;
  CHECK(all.below == 1);
  CHECK(all.above == 3);
  CHECK(all.unknown == 1);
  CHECK((all.counts == Histogram::Counts{{2, 0, 2, 1}}).all());
  histogram.add(all, 0.1, at(0));
  histogram.combine(all, part);
  histogram.subtract(all, part);
  CHECK((all.counts == Histogram::Counts{{2, 0, 3, 1}}).all());
  CHECK(all.below + all.above + all.unknown == 5);
}

}  // namespace
}  // namespace tidemark::windower_test
