// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace tidemark::bench {
namespace {

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
    ratio = quantile(ratios, 0.5);
    low = quantile(ratios, 0.25);
    high = quantile(ratios, 0.75);
  }

  double ours;
  double baseline;
  double ratio = 0;
  double low = 0;
  double high = 0;
};

}  // namespace

void print_table(std::FILE* out, const std::vector<Result>& results) {
  const auto line = [&](auto... cells) {
    fmt::print(out, "{:<16} {:>7} {:<13} {:>11} {:<32} {:>13} {:>7} {:>13} {:>4}\n", cells...);
  };
  line("name", "workers", "per", "ours (ns)", "baseline", "baseline (ns)", "ratio", "quartiles",
       "reps");
  for (const Result& result : results) {
    const Row& row = *result.row;
    if (!result.error.empty()) {
      fmt::print(out, "{:<16} {:>7} {}\n", row.name, row.workers, result.error);
      continue;
    }
    const Summary s(result.samples);
    line(row.name, row.workers, row.per, fmt::format("{:.2f}", s.ours), row.baseline,
         fmt::format("{:.2f}", s.baseline), fmt::format("{:.2f}", s.ratio),
         fmt::format("{:.2f}-{:.2f}", s.low, s.high), result.samples.size());
  }
}

std::string to_json(const std::vector<Result>& results, const std::string& machine,
                    double cores_taken) {
  auto list = nlohmann::ordered_json::array();
  for (const Result& result : results) {
    const Row& row = *result.row;
    nlohmann::ordered_json object{{"name", row.name},   {"workers", row.workers},
                                  {"per", row.per},     {"baseline", row.baseline},
                                  {"machine", machine}, {"cores_taken", cores_taken}};
    if (!result.error.empty()) {
      object["error"] = result.error;
    } else {
      const Summary s(result.samples);
      object["ours_ns"] = s.ours;
      object["baseline_ns"] = s.baseline;
      object["ratio"] = s.ratio;
      object["spread"] = {s.low, s.high};
      object["repetitions"] = result.samples.size();
    }
    list.push_back(std::move(object));
  }
  return list.dump(2) + '\n';
}

}  // namespace tidemark::bench
