// SPDX-License-Identifier: MIT
#include "instant.hpp"

#include <tidemark/core/error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

/// How many characters have to be added, removed or replaced (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i != a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j != b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

const TraceFile& require(const TraceFile& file, const InstantOptions& options) {
  if (options.dataflow >= file.dataflows().size())
    throw DataflowError(
        fmt::format("the trace has {} dataflows, counted from 0, and none of number {}",
                    file.dataflows().size(), options.dataflow));
  const TracedDataflow& dataflow = file.dataflows()[options.dataflow];
  if (options.ledger >= dataflow.ledgers)
    throw DataflowError(
        fmt::format("the dataflow has {} ledgers, counted from 0, and none of number {}",
                    dataflow.ledgers, options.ledger));
  return file;
}

}  // namespace

void add_instant_options(CLI::App& command, InstantOptions& options) {
  command.add_option("TRACE", options.path, "A trace (tidemark run --trace FILE writes them)")
      ->required();
  command.add_option("--at", options.at,
                     "After this event, counted from 1 over the whole run. Default: the last");
  command.add_option("--dataflow", options.dataflow, "The dataflow, counted from 0")
      ->capture_default_str();
  command
      .add_option("--ledger", options.ledger,
                  "Whose view: the ledger, of which a run may have one for each process or worker")
      ->capture_default_str();
  command.add_flag("--json", options.json, "Print JSON");
}

TraceFile open_trace(const std::string& path) {
  TraceFile file = TraceFile::open(path);
  if (!file.damage().empty())
    std::fputs(fmt::format("tidemark: of '{}' {} events can be read: {}\n", path, file.events(),
                           file.damage())
                   .c_str(),
               stderr);
  return file;
}

std::string duration_text(std::uint64_t nanoseconds) {
  const auto n = static_cast<double>(nanoseconds);
  if (nanoseconds < 1'000'000) return fmt::format("{:.3f} us", n / 1e3);
  if (nanoseconds < 1'000'000'000) return fmt::format("{:.3f} ms", n / 1e6);
  return fmt::format("{:.3f} s", n / 1e9);
}

Instant::Instant(const InstantOptions& options)
    : options_(options),
      file_(open_trace(options.path)),
      state_(require(file_, options), options.dataflow, options.ledger) {
  const std::uint64_t at = std::min(options.at.value_or(file_.events()), file_.events());
  if (options.at && *options.at > file_.events())
    std::fputs(
        fmt::format("tidemark: there is no event {}: the last is {}\n", *options.at, file_.events())
            .c_str(),
        stderr);
  state_.advance_to(at);
}

std::string Instant::text() const {
  return fmt::format("after event {} of {}, {} after the run began", at(), file_.events(),
                     duration_text(clock(at())));
}

std::uint64_t Instant::clock(std::uint64_t number) const {
  std::uint64_t clock = 0;
  file_.for_each(number, number, [&](std::uint64_t, const TraceEvent* event) {
    if (event != nullptr) clock = event->clock;
    return true;
  });
  return clock;
}

LocationId Instant::port(const std::string& name) const {
  const Topology<Coordinates>& topology = *dataflow().topology;
  std::vector<std::pair<std::size_t, std::string>> others;
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    std::string candidate = topology.describe({l});
    if (candidate == name) return {l};
    const std::size_t far = distance(name, candidate);
    others.emplace_back(far, std::move(candidate));
  }
  std::ranges::stable_sort(others, {}, &std::pair<std::size_t, std::string>::first);
  others.resize(std::min<std::size_t>(others.size(), 3));
  std::string nearest;
  for (const auto& [far, candidate] : others)
    nearest += (nearest.empty() ? "'" : ", '") + candidate + "'";
  throw DataflowError(
      fmt::format("the dataflow has no port '{}'; the nearest are {}", name, nearest));
}

}  // namespace tidemark
