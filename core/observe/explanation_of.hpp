// SPDX-License-Identifier: MIT
//
// Explanations from what a ledger counts and what workers hold.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/observe/ledger_cut.hpp>
#include <tidemark/progress/explain.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Things that a worker holds.
template <Timestamp T>
struct Holding {
  Pointstamp<T> pointstamp;
  Explanation::Holder::Kind kind{};
  std::int64_t count = 1;    ///< as the ledger counts all of them
  std::uint64_t number = 1;  ///< of them
};

/// What is asked about: a location, and one timestamp there or all that its frontier consists of.
template <Timestamp T>
struct AskedAbout {
  LocationId location;
  std::string subject;
  std::optional<T> time;
};

/// Since when something is there, while a run goes on.
struct NotKnown {
  template <Timestamp T>
  std::optional<std::uint64_t> operator()(const Pointstamp<T>&) const {
    return std::nullopt;
  }
};

/// What can be done about a pointstamp that a ledger counts.
template <Timestamp T>
Explanation::Cause::Role role_of(const Topology<T>& topology, const LedgerCut<T>& cut,
                                 const Pointstamp<T>& pointstamp) {
  using Role = Explanation::Cause::Role;
  if (topology.is_target(pointstamp.location)) return Role::arrived;
  const OperatorPorts<T>& op =
      topology.operators()[topology.operator_of(pointstamp.location).value];
  if (op.inputs == 0) return Role::begins;
  const std::uint32_t output = pointstamp.location.value - op.first_location - op.inputs;
  for (const Connection<T>& c : op.connections)
    if (c.output == output)
      for (const T& can_arrive : cut.frontiers[op.first_location + c.input])
        if (const auto needed = c.summary.results_in(can_arrive);
            needed && less_equal(*needed, pointstamp.time))
          return Role::waits;
  return Role::holds_on;
}

/// Why `time` can still appear where `paths` lead: the causes by `cut`, and who holds them by
/// `answers`, of which those that are missing are listed by `running(worker)` as busy.
/// `since(pointstamp)` says since which event of a trace it is there.
template <Timestamp T, typename Running, typename Text = AsItPrints, typename Since = NotKnown>
Explanation explanation_of(const PathsTo<T>& paths, const LedgerCut<T>& cut,
                           const std::vector<std::optional<std::vector<Holding<T>>>>& answers,
                           Running&& running, const AskedAbout<T>& about, const T& time,
                           const Text& text = {}, const Since& since = {}) {
  const Topology<T>& topology = paths.topology();
  Explanation explanation{.subject = about.subject,
                          .location = about.location,
                          .name = topology.describe(about.location),
                          .time = text(topology, about.location, time),
                          .state = cut.state};
  for (std::uint32_t worker = 0; worker != answers.size(); ++worker)
    if (!answers[worker]) explanation.busy.push_back({worker, running(worker)});
  for (const Cause<T>& cause : explain(paths, std::span(cut.counts), time)) {
    using Whereabouts = Explanation::Cause::Whereabouts;
    Explanation::Cause& told = explanation.causes.emplace_back();
    told.count = told.rest = cause.count;
    told.role = role_of(topology, cut, cause.path.front());
    told.since = since(cause.path.front());
    told.rest_is = !explanation.busy.empty() ? Whereabouts::unanswered
                   : topology.is_target(cause.path.front().location)
                       ? Whereabouts::in_flight
                       : Whereabouts::in_progress_message;
    for (const auto& [at, when] : cause.path)
      told.path.push_back({at, topology.describe(at), text(topology, at, when)});
    for (std::uint32_t worker = 0; worker != answers.size(); ++worker) {
      if (!answers[worker]) continue;
      for (const auto& [pointstamp, kind, count, number] : *answers[worker]) {
        if (pointstamp != cause.path.front()) continue;
        auto& holders = told.holders;
        if (holders.empty() || holders.back().worker != worker || holders.back().kind != kind)
          holders.push_back({worker, kind, 0});
        holders.back().count += number;
        told.rest = std::max<std::int64_t>(told.rest - count, 0);
      }
    }
  }
  std::ranges::stable_partition(explanation.causes, [](const Explanation::Cause& cause) {
    return cause.role != Explanation::Cause::Role::waits;
  });
  return explanation;
}

}  // namespace tidemark
