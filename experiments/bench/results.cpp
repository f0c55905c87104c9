// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace tidemark::bench {
namespace {

using Json = nlohmann::ordered_json;

/// Interpolates between the two nearest samples. Requires: not empty.
double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], at - static_cast<double>(below));
}

template <typename F>
std::vector<double> of_each(const std::vector<Sample>& samples, F f) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(f(sample));
  return values;
}

struct Summary {
  explicit Summary(const std::vector<Sample>& samples)
      : ours(quantile(of_each(samples, [](const Sample& s) { return s.ours_ns; }), 0.5)),
        baseline(quantile(of_each(samples, [](const Sample& s) { return s.baseline_ns; }), 0.5)) {
    const auto ratios = of_each(samples, [](const Sample& s) { return s.ours_ns / s.baseline_ns; });
    median = quantile(ratios, 0.5);
    low = quantile(ratios, 0.25);
    high = quantile(ratios, 0.75);
  }

  double ratio() const { return ours / baseline; }

  double ours;
  double baseline;
  double median = 0;  // of the ratios within each repetition, as are the quartiles
  double low = 0;
  double high = 0;
};

/// The largest ratio that the bar of this row allows; none without a bar, or without the row that
/// it refers to.
std::optional<double> bar_of(const Result& result, const std::vector<Result>& results) {
  const std::optional<Bar>& bar = result.row->bar;
  if (!bar || !result.error.empty()) return std::nullopt;
  if (!bar->of_one_worker) return bar->times + bar->plus / Summary(result.samples).baseline;
  const auto one = std::ranges::find_if(results, [&](const Result& other) {
    return other.row->name == result.row->name && other.row->workers == 1 && other.error.empty();
  });
  if (one == results.end()) return std::nullopt;
  return bar->times * Summary(one->samples).ratio();
}

/// Least squares of the logarithms: the exponent e of time = c * size ^ e.
double exponent(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [size, time] : points) {
    x += std::log(size);
    y += std::log(time);
    xx += std::log(size) * std::log(size);
    xy += std::log(size) * std::log(time);
  }
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

/// Sizes and the engine's times, by the series that they are of; of 2 sizes and more.
using Series = std::map<std::string, std::vector<std::pair<double, double>>>;

Series series_of(const std::vector<Result>& results) {
  Series series;
  for (const Result& result : results)
    if (!result.row->series.empty() && result.error.empty())
      series[result.row->series].emplace_back(result.row->size, Summary(result.samples).ours);
  std::erase_if(series, [](const auto& entry) { return entry.second.size() < 2; });
  return series;
}

Json row_figures(const Result& result, const std::vector<Result>& results) {
  const Row& row = *result.row;
  Json json{{"name", row.name},
            {"workers", row.workers},
            {"per", row.per},
            {"baseline", row.baseline},
            {"rounds", result.rounds}};
  for (const char* figure : {"ours", "by_hand", "ratio", "ratio_median", "ratio_low", "ratio_high",
                             "bar", "held", "error"})
    json[figure] = nullptr;
  Json& repetitions = json["repetitions"] = Json::array();
  if (!result.error.empty()) {
    json["error"] = result.error;
    return json;
  }
  const Summary s(result.samples);
  json["ours"] = s.ours;
  json["by_hand"] = s.baseline;
  json["ratio"] = s.ratio();
  json["ratio_median"] = s.median;
  json["ratio_low"] = s.low;
  json["ratio_high"] = s.high;
  if (const std::optional<double> bar = bar_of(result, results)) {
    json["bar"] = *bar;
    json["held"] = s.ratio() <= *bar;
  }
  for (const Sample& sample : result.samples)
    repetitions.push_back({{"ours", sample.ours_ns}, {"by_hand", sample.baseline_ns}});
  return json;
}

}  // namespace

void print_table(std::FILE* out, const std::vector<Result>& results) {
  const auto line = [&](auto... cells) {
    fmt::print(out, "{:<22} {:>7} {:<16} {:>13} {:<32} {:>13} {:>7} {:>7} {:>15} {:>7} {}\n",
               cells...);
  };
  line("name", "workers", "per", "ours", "baseline", "its time", "ratio", "median", "spread", "bar",
       "held");
  for (const Result& result : results) {
    const Row& row = *result.row;
    if (!result.error.empty()) {
      fmt::print(out, "{:<22} {:>7} {}\n", row.name, row.workers, result.error);
      continue;
    }
    const Summary s(result.samples);
    const std::optional<double> bar = bar_of(result, results);
    line(row.name, row.workers, row.per, fmt::format("{:.2f}", s.ours), row.baseline,
         fmt::format("{:.2f}", s.baseline), fmt::format("{:.2f}", s.ratio()),
         fmt::format("{:.2f}", s.median), fmt::format("{:.2f}-{:.2f}", s.low, s.high),
         bar ? fmt::format("{:.2f}", *bar) : "",
         !bar                ? ""
         : s.ratio() <= *bar ? "held"
                             : "missed");
  }
}

void print_growth(std::FILE* out, const std::vector<Result>& results) {
  const Series series = series_of(results);
  if (series.empty()) return;
  fmt::print(out, "\n{:<44} {:>9} {}\n", "growth of ours", "exponent", "ns by size");
  for (const auto& [name, points] : series) {
    fmt::print(out, "{:<44} {:>9.2f}", name, exponent(points));
    for (const auto& [size, time] : points) fmt::print(out, "  {:.0f}: {:.1f}", size, time);
    fmt::print(out, "\n");
  }
}

Json figures(const std::vector<Result>& results) {
  Json all{{"rows", Json::array()}, {"growth", Json::array()}};
  for (const Result& result : results) all["rows"].push_back(row_figures(result, results));
  for (const auto& [name, points] : series_of(results)) {
    Json of_size = Json::array();
    for (const auto& [size, time] : points) of_size.push_back({{"size", size}, {"ours", time}});
    all["growth"].push_back(
        {{"series", name}, {"exponent", exponent(points)}, {"points", std::move(of_size)}});
  }
  return all;
}

std::vector<std::string> missed_bars(const std::vector<Result>& results) {
  std::vector<std::string> missed;
  for (const Result& result : results)
    if (const std::optional<double> bar = bar_of(result, results))
      if (Summary(result.samples).ratio() > *bar)
        missed.push_back(fmt::format("{}/{}", result.row->name, result.row->workers));
  return missed;
}

}  // namespace tidemark::bench
