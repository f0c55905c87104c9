// SPDX-License-Identifier: MIT
//
// Every windower over two real streams in disorder, against a batch program: requests to a web
// server, and taxi rides by when they began, in the order in which they ended; and over random
// streams of the kind. And the words of a speech, as the documentation of the original counts them.
#include <tidemark/core/random.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/support.hpp>
#include <tests/support/data.hpp>
#include <tests/windowing/window_flow.hpp>

#include <fstream>

namespace tidemark::window_data_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using Keyed = std::pair<std::string, Value>;
using Stream = std::vector<Keyed>;
constexpr Ns second = 1'000'000'000;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

Ns seconds_of(int year, unsigned month, unsigned day, int hour, int minute, int second_of) {
  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  return (date + std::chrono::hours(hour) + std::chrono::minutes(minute) +
          std::chrono::seconds(second_of))
             .time_since_epoch() /
         1s;
}
int number_at(const std::string& text, std::size_t at, std::size_t length) {
  return std::stoi(text.substr(at, length));
}

/// Disorder of up to `most` seconds, over some days.
Stream random_stream(std::uint64_t seed, std::uint64_t most) {
  Random random(seed);
  Stream stream;
  Ns now = 1'400'000'000;
  for (int id = 0; id != 6000; ++id) {
    now += static_cast<Ns>(random.below(60));
    const Ns time = now - static_cast<Ns>(random.below(4) == 0 ? random.below(most) : 0);
    stream.push_back(
        {std::string(1, static_cast<char>('a' + random.below(5))), {time * second, id}});
  }
  return stream;
}

/// By status, in the order of the file.
Stream requests(const std::string& path) {
  static const std::map<std::string, unsigned> months{
      {"Jan", 1}, {"Feb", 2}, {"Mar", 3}, {"Apr", 4},  {"May", 5},  {"Jun", 6},
      {"Jul", 7}, {"Aug", 8}, {"Sep", 9}, {"Oct", 10}, {"Nov", 11}, {"Dec", 12}};
  Stream stream;
  for (const std::string& line : lines_of(path)) {
    const std::size_t at = line.find('[') + 1;  // [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200
    const std::string request = line.substr(line.find('"') + 1);
    const Ns time =
        seconds_of(number_at(line, at + 7, 4), months.at(line.substr(at + 3, 3)),
                   static_cast<unsigned>(number_at(line, at, 2)), number_at(line, at + 12, 2),
                   number_at(line, at + 15, 2), number_at(line, at + 18, 2));
    stream.push_back({request.substr(request.find("\" ") + 2, 3),
                      {time * second, static_cast<int>(stream.size())}});
  }
  return stream;
}

/// By the borough in which they began, in the order of when they ended.
Stream rides(const std::string& path) {
  std::vector<std::tuple<std::string, Ns, std::string>> rows;  // dropoff, pickup, borough
  const std::vector<std::string> lines = lines_of(path);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];  // 2019-03-23 20:21:09,2019-03-23 20:27:24,...
    const std::size_t last = line.rfind(','), before = line.rfind(',', last - 1);
    rows.emplace_back(
        line.substr(20, 19),
        seconds_of(number_at(line, 0, 4), static_cast<unsigned>(number_at(line, 5, 2)),
                   static_cast<unsigned>(number_at(line, 8, 2)), number_at(line, 11, 2),
                   number_at(line, 14, 2), number_at(line, 17, 2)),
        line.substr(before + 1, last - before - 1));
  }
  std::ranges::stable_sort(rows, {}, [](const auto& row) { return std::get<0>(row); });
  Stream stream;
  for (const auto& [dropoff, pickup, borough] : rows)
    stream.push_back({borough, {pickup * second, static_cast<int>(stream.size())}});
  return stream;
}

std::map<std::string, std::vector<Ids>> without_bounds(const std::map<std::string, Contents>& all) {
  std::map<std::string, std::vector<Ids>> contents;
  for (const auto& [key, windows] : all)
    for (const auto& [open, close, ids] : windows) contents[key].push_back(ids);
  for (auto& [key, ids] : contents) std::ranges::sort(ids);
  return contents;
}

constexpr std::size_t epoch_size = 100;
using ByKey = std::map<std::string, Judged>;

/// Which values are late by a watermark for each key.
ByKey judged_by_key(const Stream& stream, Ns wait) {
  std::map<std::string, std::vector<Value>> values;
  for (const auto& [key, value] : stream) values[key].push_back(value);
  ByKey judged;
  for (const auto& [key, of_key] : values) judged[key] = judge(of_key, wait);
  return judged;
}

/// Which are late by that of the stream, which rises at the end of each epoch.
ByKey judged_by_source(const Stream& stream, Ns wait) {
  ByKey judged;
  Ns greatest = std::numeric_limits<Ns>::min() + wait, watermark = greatest - wait;
  for (std::size_t i = 0; i != stream.size(); ++i) {
    if (i % epoch_size == 0) watermark = greatest - wait;
    const auto& [key, value] = stream[i];
    greatest = std::max(greatest, value.time);
    if (value.time < watermark) {
      judged[key].late.push_back(value);
    } else {
      judged[key].on_time.emplace_back(value, watermark);
    }
  }
  return judged;
}

/// Checks all windows of `step`'s stream under the clock; returns how many values were late.
template <typename Step, typename C>
std::size_t check_windows(const Stream& stream, const ByKey& judged, std::uint32_t workers,
                          const Step& step, const C& clock) {
  const Ns align = stream.front().second.time / (3600 * second) * 3600 * second;
  const auto append = [](Ids ids, const Value& value) {
    ids.push_back(value.id);
    return ids;
  };
  const auto merge_ids = [](Ids a, const Ids& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const auto none = [] { return Ids(); };
  ByKeyLog<std::string, Ids> tumbling, sliding, sessions, counted;
  ByKeyLog<std::string, std::uint64_t> sizes;
  WindowCounts counts;
  const WindowOptions options{.remember = true, .counts = &counts};
  Dataflow flow;
  auto in = input(flow, "in", TestingInput(stream, epoch_size), epoch_per_poll()) | step;
  tumbling.end(
      in | fold_window("tumbling", clock, TumblingWindow(1h, at_ns(align)), none, append, options));
  sliding.end(in | fold_window("sliding", clock, SlidingWindow(1h, 25min, at_ns(align)), none,
                               append, associative(merge_ids), options));
  sizes.end(in | count_window("sizes", clock, SlidingWindow(1h, 25min, at_ns(align)), options));
  sessions.end(
      in | fold_window("sessions", clock, SessionWindow(7min), none, append, merge_ids, options));
  counted.end(in | fold_window("counted", clock, CountWindow(100), none, append, options));
  cluster_main(flow, deterministic(workers, 1));

  std::map<std::string, Contents> in_hours, in_overlaps, in_sessions, in_hundreds;
  std::map<std::string, std::vector<std::uint64_t>> expected_sizes;
  std::size_t late = 0;
  for (const auto& [key, of_key] : judged) {
    late += of_key.late.size();
    const std::vector<Value> on_time = in_order(of_key, true);
    in_hours[key] = grid_windows(on_time, 3600 * second, 3600 * second, align);
    in_overlaps[key] = grid_windows(on_time, 3600 * second, 1500 * second, align);
    for (const auto& [open, close, ids] : in_overlaps[key])
      expected_sizes[key].push_back(ids.size());
    in_sessions[key] = session_windows(on_time, 420 * second);
    in_hundreds[key] = count_windows(on_time, 100, 100);
  }
  for (auto& [key, of_key] : expected_sizes) std::ranges::sort(of_key);
  CHECK((tumbling.sorted() == without_bounds(in_hours)));
  CHECK((sliding.sorted() == without_bounds(in_overlaps)));
  CHECK((sizes.sorted() == expected_sizes));
  CHECK((sessions.sorted() == without_bounds(in_sessions)));
  CHECK((counted.sorted() == without_bounds(in_hundreds)));
  CHECK(counts.late == late * 5);
  return late;
}

/// Under both clocks; `waits` says how many values are late by a watermark for each key.
void check_stream(const Stream& stream, const std::map<std::chrono::seconds, std::size_t>& waits) {
  std::uint32_t workers = 1;
  for (const auto& [wait, late_by_key] : waits) {
    const Ns wait_ns = wait / 1ns;
    INFO("a wait of " << wait.count() << " s");
    CHECK(check_windows(stream, judged_by_key(stream, wait_ns), workers,
                        map([](Keyed record) { return record; }),
                        value_clock(wait_ns)) == late_by_key);
    check_windows(stream, judged_by_source(stream, wait_ns), workers,
                  event_time("times", [](const Keyed& record) { return at_ns(record.second.time); },
                             {.wait = ns(wait_ns)}),
                  SourceClock([](const Value& value) { return at_ns(value.time); }));
    workers = workers == 1 ? 2 : 7;
  }
}

TEST_CASE("windows over the requests to a web server hold what a batch program says",
          "[window][data]") {
  const auto path = data_file("apache_logs.log");
  if (!path) return;
  const Stream stream = requests(*path);
  REQUIRE(stream.size() == 10'000);
  check_stream(stream, {{0s, 9121}, {5s, 8372}, {20s, 5906}, {50s, 1197}});
}

TEST_CASE("windows over taxi rides in the order of their ends hold what a batch program says",
          "[window][data]") {
  const auto path = data_file("nyc-taxis-2019-03.csv");
  if (!path) return;
  const Stream stream = rides(*path);
  REQUIRE(stream.size() == 6433);
  check_stream(stream, {{0s, 1885}, {300s, 1116}, {1200s, 223}, {3600s, 4}});
}

TEST_CASE("windows over random streams in disorder hold what a batch program says", "[window]") {
  check_stream(random_stream(1, 60), {{0s, 145}, {5s, 119}, {20s, 64}, {50s, 4}});
  check_stream(random_stream(2, 1800), {{0s, 1324}, {300s, 1045}, {1200s, 309}, {3600s, 0}});
}

/// The words of a line in small letters, without blanks, digits and punctuation.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + ' ') {
    if (std::string_view(" 0123456789!,.?\":;").find(c) == std::string_view::npos) {
      word += static_cast<char>(std::tolower(c));
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

TEST_CASE("the documentation's word count gives 30 words", "[window][page]") {
  std::map<std::string, int> counts;
  Dataflow flow;
  (input(flow, "in",
         TestingInput(std::vector<std::string>{"To be, or not to be, that is the question:",
                                               "Whether 'tis nobler in the mind to suffer",
                                               "The slings and arrows of outrageous fortune,",
                                               "Or to take arms against a sea of troubles",
                                               "And by opposing end them."})) |
   flat_map(words_of) | map([](std::string word) { return std::pair(std::move(word), 1); }) |
   reduce_window("count", SystemClock{}, TumblingWindow(5s, EventTime()), std::plus<>{})) |
      tidemark::values() | inspect([&](const auto& item) { CHECK(counts.insert(item).second); }) |
      output("out", Discard{});
  run_main(flow);
  CHECK(counts.size() == 30);
  for (const auto& [word, count] : std::map<std::string, int>{
           {"to", 4}, {"the", 3}, {"and", 2}, {"be", 2}, {"of", 2}, {"or", 2}}) {
    CHECK(counts[word] == count);
    counts.erase(word);
  }
  CHECK(std::ranges::all_of(counts, [](const auto& item) { return item.second == 1; }));
}

}  // namespace
}  // namespace tidemark::window_data_test
