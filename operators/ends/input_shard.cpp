// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/operators/ends/input_shard.hpp>

#include <algorithm>
#include <cstdio>

namespace tidemark::detail {
namespace {

constexpr std::chrono::hours longest_interval{24 * 365 * 100};  // the clock has 292 years
constexpr std::chrono::milliseconds longest_by_event_time{100};
constexpr std::size_t most_by_event_time = 65536;

/// The last positions of parts in an earlier run. Throws DataflowError for one that is not there,
/// and for what no input has saved.
std::map<std::string, KeptPositions::Kept> positions_of(
    const KeptPositions& kept, const std::map<std::string, std::uint32_t>& parts) {
  std::map<std::string, KeptPositions::Kept> positions;
  if (kept.store == nullptr) return positions;
  for (SavedState& saved : kept.store->load(kept.step, {})) {
    if (!parts.contains(saved.key))
      throw DataflowError("input '" + kept.step + "': the part '" + saved.key +
                          "' was read in an earlier run, and no worker can reach it now; bring it "
                          "back, or begin with an empty store");
    try {
      positions.emplace(saved.key, from_bytes<KeptPositions::Kept>(*saved.state));
    } catch (const BadBytes&) {
      throw DataflowError("input '" + kept.step + "': what the store keeps of the part '" +
                          saved.key +
                          "' is no position that an input has saved; was the id that of another "
                          "step?");
    }
    if (const std::string& kind = positions.at(saved.key).kind; kind != kept.kind)
      throw DataflowError(
          "input '" + kept.step + "': the position that the store keeps of the part '" + saved.key +
          "' was saved by a source of type " + kind + ", and this one is a " + kept.kind +
          "; go on with the source that was read, give the input another "
          "id, or begin with an empty store");
  }
  return positions;
}

bool is_due(OpenPart& part, Clock::time_point now) {
  const bool woken = part.woken->exchange(false);
  if (part.next.state == Poll::State::more) return true;
  return part.next.state == Poll::State::wait && (woken || (part.next.at && now >= *part.next.at));
}

}  // namespace

InputShard::InputShard(const InputOptions& options, AnySource source,
                       const std::vector<FrontierWatch<Epoch>*>& ends,
                       std::function<void()> poll_again, Activator activator,
                       KeptPositions positions, std::vector<FileClaim> claims, Worker& worker,
                       std::uint32_t dataflow, EventSource<Epoch>& times, Capability<Epoch> first)
    : options_(options),
      interval_(std::clamp<std::chrono::milliseconds>(
          options.epoch_interval, std::chrono::milliseconds(0), longest_interval)),
      source_(std::move(source)),
      ends_(&ends),
      poll_again_(std::move(poll_again)),
      activator_(std::move(activator)),
      positions_(std::move(positions)),
      claims_(std::move(claims)),
      worker_(&worker),
      dataflow_(dataflow),
      counters_(&worker.process().input_progress().counters(positions_.step, worker.index())),
      times_(&times),
      first_(std::move(first)) {}

void InputShard::run() {
  const Clock::time_point now = worker_->now();
  if (first_) open_parts(now);
  std::erase_if(parts_, [&](OpenPart& part) {
    if (worker_->ask([&] { return worker_->process().stop_requested(); }) != 0) {
      save(part);  // and nothing is promised: there may be more to read
      part.source->interrupted();
      return true;
    }
    return may_send_at(part.capability.time()) && !advance(part, now);
  });
}

/// Opens the parts that this worker reads, each with a capability of its own.
void InputShard::open_parts(Clock::time_point now) {
  times_->pace().join([activator = activator_] { activator.activate(); });
  if (times_->read()) {  // what waits for the end of an epoch is not to wait long
    interval_ = std::min(interval_, longest_by_event_time);
    options_.epoch_items = std::min(options_.epoch_items, most_by_event_time);
  }
  const std::map<std::string, std::uint32_t> readers = readers_of(source_, worker_->peers());
  std::map<std::string, KeptPositions::Kept> positions;
  if (!source_.dynamic) positions = positions_of(positions_, readers);
  for (const auto& [name, reader] : readers) {
    if (reader != worker_->index()) continue;
    auto woken = std::make_shared<std::atomic<bool>>(false);
    SourceContext context{.wake =
                              [activator = activator_, woken] {
                                woken->store(true);
                                activator.activate();
                              },
                          .may_block = worker_->executor().has_virtual_time(),
                          .now = [worker = worker_] { return worker->now(); },
                          .resume_at = std::nullopt,
                          .worker = worker_->index(),
                          .workers = worker_->peers(),
                          .replays = worker_->replays(),
                          .is_saved = positions_.store != nullptr && !source_.dynamic,
                          .tell =
                              [step = positions_.step](const std::string& sentence) {
                                std::fprintf(stderr, "tidemark: input '%s': %s\n", step.c_str(),
                                             sentence.c_str());
                              },
                          .count_bad =
                              [this] {
                                counters_->bad.fetch_add(1, std::memory_order_relaxed);
                                return worker_->process().input_progress().bad(positions_.step);
                              }};
    const auto position = positions.find(name);
    if (position != positions.end()) context.resume_at = position->second.position;
    if (worker_->replays()) require_given_again(source_, positions_.step, name);
    OpenPart& part = parts_.emplace_back(OpenPart{
        name, source_.open(name, context), first_->delayed(first_->time()), std::move(woken)});
    part.number = static_cast<std::uint32_t>(parts_.size() - 1);
    note_given(part, now);
    if (position != positions.end()) part.times.greatest = position->second.greatest;
  }
  for (OpenPart& part : parts_) {
    if (times_->read()) times_->name(part.number, part.name);
    part.promised = times_->watermark(part.times);
    times_->promise(part.number, first_->time(), part.promised);
    begin_epoch(part, positions_.first_epoch(), now);
  }
  times_->promise(PartId::whole, first_->time(), before_all_time, PartState::ended);
  first_.reset();
}

void InputShard::note_given(OpenPart& part, Clock::time_point now) {
  part.given_last = now;
  counters_->given_at.store(std::chrono::nanoseconds(now.time_since_epoch()).count(),
                            std::memory_order_relaxed);
}

/// Polls the part, or in a replay has it give as many records as it gave then.
std::size_t InputShard::poll(OpenPart& part) {
  static constexpr std::uint64_t states = 4;
  const std::uint64_t polled = worker_->ask([&] {
    const std::uint64_t count = part.source->poll(part.next);
    return count * states + static_cast<std::uint64_t>(part.next.state);
  });
  const std::size_t given = polled / states;
  if (worker_->replays()) {
    part.next = {static_cast<Poll::State>(polled % states), std::nullopt};
    take_again(part, positions_.step, given);
    worker_->forget_clocks();
  }
  return given;
}

/// False if the part has ended.
bool InputShard::advance(OpenPart& part, Clock::time_point now) {
  bool polled_nothing = true;
  if (worker_->ask([&] { return is_due(part, now); }) != 0) {
    const std::size_t given = poll(part);
    part.epoch_items += given;
    if (given != 0) note_given(part, now);
    counters_->records.fetch_add(given, std::memory_order_relaxed);
    polled_nothing = given == 0;
    times_->set_part(part.times);
    part.source->send(part.capability);
    if (part.next.state == Poll::State::end) {
      end(part);
      return false;
    }
    if (part.next.state == Poll::State::abort) worker_->process().cancel(dataflow_);
    if (part.next.state == Poll::State::more && polled_nothing)
      part.next = {Poll::State::wait, now + std::chrono::milliseconds(1)};
  }
  const bool interval_over =
      now >= part.epoch_began + interval_ && !(polled_nothing && interval_.count() == 0);
  const bool over = interval_over || part.epoch_items >= options_.epoch_items;
  Epoch next{part.capability.time().value + (over ? 1 : 0)};
  if (times_->read()) next = next_by_event_time(part, over, now);
  next = std::max(next, Epoch{worker_->ask([&] { return times_->pace().now(); })});
  if (next > part.capability.time()) {
    if (part.epoch_items != 0) save(part);
    begin_epoch(part, next, now);
  }
  set_timers(part, now);
  return true;
}

/// The epoch that a part goes on in: the next when its own is over and it has something to say,
/// that of whoever is ahead of it, or the same. A part that falls idle, or comes back, says so at
/// once.
Epoch InputShard::next_by_event_time(const OpenPart& part, bool over, Clock::time_point now) {
  const Epoch current = part.capability.time();
  if (is_idle(part, now) != part.idle || (over && part.epoch_items != 0))
    times_->pace().reach(current.value + 1);
  return current;
}

bool InputShard::is_idle(const OpenPart& part, Clock::time_point now) const {
  return times_->idle_after() && now >= part.given_last + *times_->idle_after();
}

void InputShard::set_timers(OpenPart& part, Clock::time_point now) {
  if (part.next.state == Poll::State::more) {
    poll_again_();
  } else if (const auto ends = end_of_epoch(part, now); ends && (timer_ <= now || *ends < timer_)) {
    timer_ = *ends;
    activator_.activate_at(timer_);
  }
  if (part.next.at && (*part.next.at != part.timer || *part.next.at <= now)) {
    part.timer = *part.next.at;  // one timer is enough
    activator_.activate_at(*part.next.at);
  }
}

/// When the epoch ends though nothing comes, if it does.
std::optional<Clock::time_point> InputShard::end_of_epoch(const OpenPart& part,
                                                          Clock::time_point now) const {
  if (times_->read() && part.epoch_items == 0) {
    if (!times_->idle_after() || part.idle) return std::nullopt;
    return std::max(now, part.given_last + *times_->idle_after());
  }
  if (interval_.count() == 0) return std::nullopt;
  if (times_->read()) return std::max(now, part.epoch_began + interval_);
  return std::max(now, part.epoch_began) + interval_;
}

void InputShard::begin_epoch(OpenPart& part, Epoch epoch, Clock::time_point now) {
  if (times_->read()) {
    const Epoch through = part.capability.time();
    const EventTime watermark = times_->watermark(part.times);
    const bool idle = is_idle(part, now);
    if (idle && !part.idle) times_->promise(part.number, through, watermark, PartState::idle);
    if (!idle && (part.idle || watermark != part.promised))
      times_->promise(part.number, through, watermark);
    part.promised = watermark;
    part.idle = idle;
  }
  part.capability.downgrade(epoch);
  part.epoch_began = now;
  part.epoch_items = 0;
  counters_->epoch.store(epoch.value, std::memory_order_relaxed);
  counters_->behind.store(epochs_open_before(epoch), std::memory_order_relaxed);
}

/// Keeps where the part is, for a run that goes on after its epoch.
void InputShard::save(const OpenPart& part) {
  positions_.save(part.name, part.capability.time(), part.source->position(), part.times.greatest);
}

/// Nothing more comes of the part, and nobody is to wait for it.
void InputShard::end(const OpenPart& part) {
  save(part);
  if (!times_->read()) return;
  times_->promise(part.number, part.capability.time(), times_->watermark(part.times),
                  PartState::ended);
  times_->pace().reach(part.capability.time().value + 1);
}

/// How many epochs before this one are not complete everywhere.
std::uint64_t InputShard::epochs_open_before(Epoch epoch) const {
  std::uint64_t open = 0;
  for (FrontierWatch<Epoch>* end : *ends_) {
    end->reader.refresh();
    for (const Epoch& next : end->reader.frontier())
      if (next < epoch) open = std::max(open, epoch.value - next.value);
  }
  return open;
}

/// True if all epochs that are `epochs_ahead` or more before this one are complete everywhere. If
/// not, the operator runs again when the ends' frontiers have moved.
bool InputShard::may_send_at(Epoch epoch) const {
  if (epoch.value <= options_.epochs_ahead) return true;
  const Epoch oldest{epoch.value - options_.epochs_ahead};
  for (FrontierWatch<Epoch>* end : *ends_) {
    end->reader.refresh();
    if (end->reader.frontier().less_equal_to(oldest)) return false;
  }
  return true;
}

}  // namespace tidemark::detail
