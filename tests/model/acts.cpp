// SPDX-License-Identifier: MIT
//
// What workers do. Each act is one atomic report, as one activation of an operator is.
#include <tests/model/model.hpp>

#include <algorithm>
#include <utility>

namespace tidemark::model {

template <typename To>
void Model::for_each_destination(Stamp source, std::uint32_t worker, To to) const {
  const auto& [location, time] = pointstamps_[source];
  for (const auto& [target, exchanges] : channels_[location.value]) {
    const Stamp stamp = pointstamps_.find(target, time).value();
    for (std::uint32_t w = 0; w != system_.layout.workers; ++w)
      if (exchanges || w == worker) to(stamp, w);
  }
}

void Model::acts_of(const State& state, std::uint32_t w, const Visit& visit) {
  const WorkerState& worker = state.workers[w];
  Step step{.worker = static_cast<std::uint16_t>(w)};
  if (!worker.unreported.empty()) {
    State next = state;
    std::optional<Violation> violation;
    step.kind = Step::Kind::report;
    step.batch = worker.unreported.front();
    next.workers[w].unreported.erase(next.workers[w].unreported.begin());
    report_now(next, w, step.batch, violation);
    visit(step, next, violation);
    return;
  }
  for (const auto& [stamp, count] : Counts::Entries(counts_[worker.data])) {
    step.kind = Step::Kind::consume;
    step.from = stamp;
    consume(state, step, 0, visit);
  }
  for (const auto& [stamp, count] : Counts::Entries(counts_[worker.held])) {
    step.from = stamp;
    use_capability(state, step, visit);
  }
  if (mutation_ == nullptr) return;
  if (mutation_->forgets_open_buffers()) use_open_buffers(state, step, visit);
  if (mutation_->trusts_frontiers()) gain_from_frontiers(state, step, visit);
}

/// Decides what becomes of a batch at the connections of its input from `connection` on.
void Model::consume(const State& state, Step step, std::size_t connection, const Visit& visit) {
  const auto& [location, time] = pointstamps_[step.from];
  const OperatorId op = topology().operator_of(location);
  const OperatorPorts<Time>& ports = topology().operators()[op.value];
  while (connection != ports.connections.size() &&
         ports.first_location + ports.connections[connection].input != location.value)
    ++connection;
  if (connection == ports.connections.size()) {
    State next = state;
    WorkerState& worker = next.workers[step.worker];
    worker.data = counts_.minus(worker.data, counts_.one(step.from));
    Id batch = counts_.one(step.from, -1);
    for (std::uint32_t c = 0; c != step.connections; ++c) {
      const Step::Output& output = step.outputs[c];
      if (output.kind == Step::Output::Kind::none) continue;
      const Id one = counts_.one(output.stamp);
      batch = counts_.plus(batch, one);
      Id& to = output.kind == Step::Output::Kind::keep ? worker.held : next.workers[output.to].data;
      to = counts_.plus(to, one);
      if (output.kind == Step::Output::Kind::send) --next.batches_left;
    }
    report(state, std::move(next), step, batch, visit);
    return;
  }

  const Connection<Time>& edge = ports.connections[connection];
  Step::Output& output = step.outputs[step.connections++];
  consume(state, step, connection + 1, visit);  // nothing
  const auto result = edge.summary.results_in(time);
  if (!result) return;
  const auto source = pointstamps_.find(topology().location(SourcePort{op, edge.output}), *result);
  if (!source) return;  // out of bounds
  output = {Step::Output::Kind::keep, *source, step.worker};
  consume(state, step, connection + 1, visit);
  const auto sends = std::ranges::count_if(step.outputs, [](const Step::Output& other) {
    return other.kind == Step::Output::Kind::send;
  });
  if (state.batches_left <= static_cast<std::uint32_t>(sends)) return;
  for_each_destination(*source, step.worker, [&](Stamp stamp, std::uint32_t to) {
    output = {Step::Output::Kind::send, stamp, static_cast<std::uint16_t>(to)};
    consume(state, step, connection + 1, visit);
  });
}

void Model::use_capability(const State& state, Step step, const Visit& visit) {
  const auto& [location, time] = pointstamps_[step.from];
  const Id one = counts_.one(step.from);
  const auto moved = [&](Step::Kind kind, Id lost, Id gained) {
    State next = state;
    Id& held = next.workers[step.worker].held;
    const Id batch = counts_.minus(gained, lost);
    held = counts_.plus(held, batch);
    step.kind = kind;
    if (kind == Step::Kind::duplicate) --next.batches_left;
    report(state, std::move(next), step, batch, visit);
  };
  moved(Step::Kind::drop, one, nothing);
  for (std::uint32_t k = 0; k <= topology().depth(location); ++k) {
    Time later = time;
    if (k == 0) ++later.time.value;
    if (k != 0) ++later.counters[k - 1];
    const auto to = pointstamps_.find(location, later);
    if (!to) continue;
    step.to = *to;
    moved(Step::Kind::downgrade, one, counts_.one(*to));
  }
  if (state.batches_left == 0) return;
  if (system_.duplicates) moved(Step::Kind::duplicate, nothing, one);
  for_each_destination(step.from, step.worker, [&](Stamp stamp, std::uint32_t to) {
    State next = state;
    const Id sent = counts_.one(stamp);
    next.workers[to].data = counts_.plus(next.workers[to].data, sent);
    --next.batches_left;
    step.kind = Step::Kind::send;
    step.to = stamp;
    step.outputs[0] = {Step::Output::Kind::send, stamp, static_cast<std::uint16_t>(to)};
    report(state, std::move(next), step, sent, visit);
  });
}

/// The mutant whose open batches of data are not counted.
void Model::use_open_buffers(const State& state, Step step, const Visit& visit) {
  const WorkerState& worker = state.workers[step.worker];
  for (std::size_t i = 0; i != worker.open.size(); ++i) {
    const auto [to, stamp] = worker.open[i];
    State next = state;
    auto& open = next.workers[step.worker].open;
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
    const Id sent = counts_.one(stamp);
    next.workers[to].data = counts_.plus(next.workers[to].data, sent);
    step.kind = Step::Kind::flush;
    step.to = stamp;
    step.outputs[0] = {Step::Output::Kind::send, stamp, to};
    report(state, std::move(next), step, sent, visit);
  }
  if (state.faults_left == 0 || state.batches_left == 0) return;
  for (const auto& [held, count] : Counts::Entries(counts_[worker.held]))
    for_each_destination(held, step.worker, [&](Stamp stamp, std::uint32_t to) {
      State next = state;
      auto& open = next.workers[step.worker].open;
      open.push_back({static_cast<std::uint16_t>(to), stamp});
      std::ranges::sort(open);
      --next.batches_left;
      --next.faults_left;
      step.kind = Step::Kind::open;
      step.fault = true;
      step.outputs[0] = {Step::Output::Kind::send, stamp, static_cast<std::uint16_t>(to)};
      report(state, std::move(next), step, nothing, visit);
    });
}

/// The mutant that takes a frontier for a right.
void Model::gain_from_frontiers(const State& state, Step step, const Visit& visit) {
  if (state.faults_left == 0) return;
  const std::uint32_t ledger = system_.layout.ledger_of_worker(step.worker);
  const Frontiers& seen = invariants_.published(state.ledgers[ledger]);
  for (std::uint32_t l = 0; l != topology().locations(); ++l) {
    if (topology().is_target({l})) continue;
    for (const Time& time : seen[l]) {
      const auto stamp = pointstamps_.find({l}, time);
      if (!stamp) continue;
      State next = state;
      Id& held = next.workers[step.worker].held;
      held = counts_.plus(held, counts_.one(*stamp));
      --next.faults_left;
      step.kind = Step::Kind::gain;
      step.fault = true;
      step.to = *stamp;
      report(state, std::move(next), step, counts_.one(*stamp), visit);
    }
  }
}

void Model::report(const State& state, State next, Step step, Id batch, const Visit& visit) {
  const std::uint32_t w = step.worker;
  step.batch = batch;
  std::optional<Violation> truth_violation;
  if (invariants_.checks(Invariant::sticky_truth))
    truth_violation = invariants_.check_truth(invariants_.truth(state), invariants_.truth(next));
  const auto in_this_way = [&](State after, std::span<const Id> way) {
    std::optional<Violation> violation = truth_violation;
    Id held = state.workers[w].held;
    for (const Id part : way) {
      if (!violation) violation = invariants_.check_report(part, held, w);
      held = counts_.plus(held, counts_.only(part, [&](const Counts::Entry& entry) {
        return !pointstamps_.is_target(entry.stamp);
      }));
    }
    if (!way.empty() && way.front() != nothing) report_now(after, w, way.front(), violation);
    if (way.size() > 1)
      after.workers[w].unreported.insert(after.workers[w].unreported.end(), way.begin() + 1,
                                         way.end());
    visit(step, after, violation);
  };

  Ways ways;
  if (mutation_ != nullptr && next.faults_left != 0) mutation_->report(counts_, batch, ways);
  in_this_way(next, std::array{batch});
  step.fault = true;
  if (!ways.empty()) --next.faults_left;
  for (const std::vector<Id>& way : ways) in_this_way(next, way);
}

}  // namespace tidemark::model
