// SPDX-License-Identifier: MIT
//
// What workers do: a source's parts send, promise and end; a step takes records and closes.
#include <tests/model/event_model.hpp>

#include <algorithm>
#include <utility>

namespace tidemark::model {

using Place = EventState::Record::Place;

void EventModel::acts_of(const State& state, Number worker, const Visit& visit) {
  using Kind = Step::Kind;
  const State::Worker& at = state.workers[worker];
  if (at.unreported != nothing) {
    State next = state;
    const Id batch = std::exchange(next.workers[worker].unreported, nothing);
    report(next, worker, batch);
    return visit({.kind = Kind::report, .worker = worker, .batch = batch}, next, {});
  }
  if (!at.opened) open(state, {.kind = Kind::open, .worker = worker}, visit);
  for (Number p = 0; p != state.parts.size(); ++p) {
    if (system_.parts[p] != worker || state.parts[p].epoch == 0) continue;
    send(state, {.kind = Kind::send, .worker = worker, .part = p}, visit);
    end(state, {.kind = Kind::end, .worker = worker, .part = p}, visit);
  }

  if (const Number frontier = frontier_of(state.ledgers[ledger_of(worker)]); frontier != at.sees) {
    State next = state;
    next.workers[worker].sees = frontier;
    visit({.kind = Kind::see, .worker = worker, .epoch = frontier}, next, {});
  }
  run_step(state, {.kind = Kind::run, .worker = worker}, visit);
  for (std::size_t r = 0; r != state.records.size(); ++r)
    if (state.records[r].place == Place::on_the_way && state.records[r].worker == worker)
      run_step(state, {.kind = Kind::run, .worker = worker, .record = r}, visit);
}

void EventModel::open(const State& state, Step step, const Visit& visit) {
  State next = state;
  Batch batch = one(source_, 0, -1);
  for (Number p = 0; p != next.parts.size(); ++p) {
    if (system_.parts[p] != step.worker) continue;
    next.parts[p].epoch = 1;
    batch.add(one(source_, 1, +1));
    batch.promise({part_id(p), Time(0, 0, 0), nothing_yet});
  }
  batch.promise(
      {{source_, step.worker, PartId::whole}, Time(0, 0, 0), nothing_yet, PartState::ended});
  next.workers[step.worker].opened = true;
  step.batch = intern(std::move(batch));
  report(next, step.worker, step.batch);
  visit(step, next, {});
}

void EventModel::send(const State& state, Step step, const Visit& visit) {
  const State::Part& part = state.parts[step.part];
  if (part.epoch == after_all || part.sent == system_.bounds.batches) return;
  step.epoch = part.epoch;
  step.batch = intern(one(sink_, part.epoch, +1));
  step.record = step.part * system_.bounds.batches + part.sent;
  std::optional<Violation> wrong;
  if (part.sent + 1 < part.promised[part.epoch - 1])
    wrong = {Invariant::promise_kept, describe(step) +
                                          ", and has promised to send nothing before " +
                                          std::to_string(part.promised[part.epoch - 1])};
  for (Number to = 0; to != state.workers.size(); ++to) {
    State next = state;
    ++next.parts[step.part].sent;
    next.records[*step.record] = {Place::on_the_way, to, step.epoch};
    report(next, step.worker, step.batch);
    visit(step, next, wrong);
  }
}

/// As in production, what is promised again is not said again.
void EventModel::end(const State& state, Step step, const Visit& visit) {
  const State::Part& part = state.parts[step.part];
  if (part.epoch == after_all) return;
  const Number epochs = system_.bounds.epochs, before = part.promised[part.epoch - 1];
  const auto go_on = [&](Number epoch, Number watermark, EventFault how) {
    State next = state;
    if (how != EventFault::none) --next.faults_left;
    step.fault = how != EventFault::none;
    step.epoch = next.parts[step.part].epoch = epoch;
    const Number through = epoch == after_all ? part.epoch : epoch - 1;
    for (Number e = part.epoch; e <= epochs; ++e)
      next.parts[step.part].promised[e] = e < through ? before : watermark;
    Batch move = one(source_, part.epoch, -1), promise;
    if (epoch != after_all) move.add(one(source_, epoch, +1));
    if (watermark != before)
      promise.promise({part_id(step.part), Time(through, 0, 0),
                       Mark{watermark == after_all ? before : watermark},
                       watermark == after_all ? PartState::ended : PartState::open});
    if (how == EventFault::promised_late || how == EventFault::promised_early) {
      if (promise.empty()) return;
      if (how == EventFault::promised_early) std::swap(move, promise);
      next.workers[step.worker].unreported = intern(promise);
    } else {
      move.add(promise);
    }
    step.batch = intern(move);
    report(next, step.worker, step.batch);
    visit(step, next, {});
  };
  const auto either_way = [&](Number epoch, Number watermark) {
    go_on(epoch, watermark, EventFault::none);
    if (state.faults_left == 0) return;
    if (fault() == EventFault::promised_late || fault() == EventFault::promised_early)
      go_on(epoch, watermark, fault());
    if (fault() == EventFault::promised_ahead && epoch != after_all &&
        part.sent != system_.bounds.batches)
      go_on(epoch, system_.bounds.batches, fault());
  };
  for (Number epoch = part.epoch + 1; epoch <= epochs; ++epoch)
    either_way(epoch, std::max(part.sent, before));
  either_way(after_all, after_all);
}

/// One run of the step. That it takes one record a run is no bound: it sees the same frontier in
/// the next one, so that it closes nothing in between.
void EventModel::run_step(const State& state, Step step, const Visit& visit) {
  const auto run = [&](EventFault how) {
    State next = state;
    step.fault = how != EventFault::none;
    if (step.fault) --next.faults_left;
    State::Worker& at = next.workers[step.worker];
    std::optional<Violation> wrong;
    const auto break_by = [&](Invariant invariant, std::string sentence) {
      if (!wrong && checked_.checks(invariant))
        wrong = {invariant, "at worker " + std::to_string(step.worker) + ' ' + std::move(sentence),
                 ledger_of(step.worker)};
    };

    std::vector<Risen> risen;
    const bool unasked = how == EventFault::frontier_unasked;
    if (unasked || at.asked != at.sees) {  // as in production it asks once at each frontier
      Id& books = next.ledgers[ledger_of(step.worker)];
      const Answer& answer = ask(books, step.worker, unasked ? after_all : at.sees);
      books = answer.books;
      risen = answer.risen;
    }
    at.asked = at.sees;
    auto next_rise = risen.begin();
    const auto rise_before = [&](Number epoch) {
      for (; next_rise != risen.end() && next_rise->through < epoch; ++next_rise) {
        if (next_rise->watermark < at.watermark)
          break_by(Invariant::sticky_watermark,
                   "the watermark goes back from " + watermark_named(at.watermark));
        at.watermark = next_rise->watermark;
      }
    };
    const auto take = [&](std::size_t r) {
      State::Record& record = next.records[r];
      rise_before(record.epoch);
      const Number stamp = static_cast<Number>(r % system_.bounds.batches) + 1;
      if (stamp < at.watermark)
        break_by(Invariant::not_late, "the record stamped " + std::to_string(stamp) + " of part " +
                                          std::to_string(r / system_.bounds.batches) +
                                          " comes when all before " +
                                          watermark_named(at.watermark) + " is closed");
      record = {};
    };

    if (how == EventFault::closed_early) rise_before(after_all);
    if (step.record) {
      State::Record& record = next.records[*step.record];
      record.place = Place::held;
      step.epoch = record.epoch;
      step.batch = intern(one(sink_, record.epoch, -1));
    }
    for (Number epoch = 1; epoch <= std::min(at.sees, system_.bounds.epochs); ++epoch)
      for (std::size_t r = 0; r != next.records.size(); ++r)
        if (const State::Record& record = next.records[r];
            record.place == Place::held && record.worker == step.worker && record.epoch == epoch)
          take(r);
    rise_before(after_all);
    if (next == state) return;
    if (step.record) report(next, step.worker, step.batch);
    visit(step, next, wrong);
  };
  run(EventFault::none);
  if (state.faults_left != 0 &&
      (fault() == EventFault::frontier_unasked || fault() == EventFault::closed_early))
    run(fault());
}

}  // namespace tidemark::model
