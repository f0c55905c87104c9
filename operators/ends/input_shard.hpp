// SPDX-License-Identifier: MIT
//
// Input shards: the parts that one worker reads of a source, and the epochs that each is in.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/event_source.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemark {

struct InputCounters;

/// When an input's epochs end, and how far it may run ahead. The first epoch is 1. Where event
/// times are read (event_time.hpp) an epoch ends after 100 ms or 65,536 records at the latest, and
/// as soon as another part is ahead: what goes by event time waits for the end of an epoch.
struct InputOptions {
  /// An epoch ends after this time, at the end of a poll; with 0 each poll that gave something ends
  /// one.
  std::chrono::milliseconds epoch_interval = std::chrono::seconds(10);
  /// An epoch ends, too, when it has this many records. What may be in the dataflow at a time, and
  /// so its memory while a sink is slow, is bounded by this and `epochs_ahead`. Not limited unless
  /// asked for: a part that is silent ends its epochs by the interval only, and none may be further
  /// ahead of it.
  std::size_t epoch_items = std::numeric_limits<std::size_t>::max();
  /// An epoch may begin only when all epochs this many before it are complete everywhere. At least
  /// 1.
  std::uint64_t epochs_ahead = 8;
};

namespace detail {

/// One part being read, whatever its records are. Thread: its worker.
class ReadPart {
 public:
  virtual ~ReadPart() = default;
  /// Polls it, and returns how many records it has given.
  virtual std::size_t poll(Poll& next) = 0;
  /// In a replay: polls it until it has given so many, and keeps what is more for the next call.
  /// False if it gives no more.
  virtual bool take(std::size_t count) = 0;
  /// Sends these.
  virtual void send(const Capability<Epoch>& capability) = 0;
  virtual std::optional<std::string> position() const = 0;
  virtual void interrupted() = 0;
};

/// A source, whatever its records are.
struct AnySource {
  std::string kind{};       ///< of its positions: its type
  bool dynamic = false;     ///< each worker has a part, named as its number
  bool gives_again = true;  ///< in another run it gives the same records
  /// Of others, one: the parts that a worker can reach, or that all can.
  std::function<std::vector<std::string>(std::uint32_t worker, std::uint32_t workers)> parts_at;
  std::function<std::vector<std::string>()> parts;
  std::function<std::string(const std::string& part)> file_of;  ///< empty: parts are no files
  std::function<std::unique_ptr<ReadPart>(const std::string& part, const SourceContext&)> open;
};

/// Who reads each part of a source.
std::map<std::string, std::uint32_t> readers_of(const AnySource& source, std::uint32_t workers);

/// Throws ReplayError, which names the part, unless it can be read again.
void require_given_again(const AnySource& source, const std::string& step, const std::string& part);

/// One part with the right to send in its current epoch.
struct OpenPart {
  std::string name;
  std::unique_ptr<ReadPart> source;
  Capability<Epoch> capability;
  std::shared_ptr<std::atomic<bool>> woken;  // by the part; true at first
  Clock::time_point epoch_began{};
  std::size_t epoch_items = 0;
  Poll next{};
  Clock::time_point timer{};  // set for next.at
  std::uint32_t number = 0;   // among those of its worker
  PartTimes times{};
  EventTime promised = before_all_time;
  bool idle = false;  // others need not wait for it
  Clock::time_point given_last{};
};

/// In a replay: has the part give so many records. Throws ReplayError, which names it, if it does
/// not give them again.
void take_again(OpenPart& part, const std::string& step, std::size_t count);

/// Where the positions of an input's parts are kept; null store: nowhere.
struct KeptPositions {
  /// Of one part: where to go on, by which kind of source, and how far its event times had come.
  struct Kept {
    std::string position;
    std::string kind;
    EventTime greatest = before_all_time;
    static auto fields(auto& self) { return std::tie(self.position, self.kind, self.greatest); }
  };

  StateStore* store = nullptr;
  std::string step;
  std::uint32_t worker = 0;
  std::string kind{};

  /// Does nothing for a part that has no position.
  void save(const std::string& part, Epoch epoch, std::optional<std::string> position,
            EventTime greatest) const {
    if (store != nullptr && position)
      store->save(step, worker, epoch.value,
                  {{part, to_bytes(Kept{*std::move(position), kind, greatest})}});
  }
  Epoch first_epoch() const { return {store == nullptr ? 1 : store->first_epoch()}; }
};

/// The shard of an input step at one worker: polls its parts in turn.
class InputShard {
 public:
  InputShard(const InputOptions& options, AnySource source,
             const std::vector<FrontierWatch<Epoch>*>& ends, std::function<void()> poll_again,
             Activator activator, KeptPositions positions, std::vector<FileClaim> claims,
             Worker& worker, std::uint32_t dataflow, EventSource<Epoch>& times,
             Capability<Epoch> first);

  /// Polls what may be polled.
  void run();

 private:
  void open_parts(Clock::time_point now);
  std::size_t poll(OpenPart& part);
  void note_given(OpenPart& part, Clock::time_point now);
  bool advance(OpenPart& part, Clock::time_point now);
  void set_timers(OpenPart& part, Clock::time_point now);
  void begin_epoch(OpenPart& part, Epoch epoch, Clock::time_point now);
  std::optional<Clock::time_point> end_of_epoch(const OpenPart& part, Clock::time_point now) const;
  bool is_idle(const OpenPart& part, Clock::time_point now) const;
  Epoch next_by_event_time(const OpenPart& part, bool over, Clock::time_point now);
  void save(const OpenPart& part);
  void end(const OpenPart& part);
  std::uint64_t epochs_open_before(Epoch epoch) const;
  bool may_send_at(Epoch epoch) const;

  InputOptions options_;
  std::chrono::milliseconds interval_;
  AnySource source_;
  const std::vector<FrontierWatch<Epoch>*>* ends_;
  std::function<void()> poll_again_;  // in the next step
  Activator activator_;               // from timers
  KeptPositions positions_;
  std::vector<FileClaim> claims_;
  Worker* worker_;
  std::uint32_t dataflow_;
  InputCounters* counters_;
  EventSource<Epoch>* times_;
  Clock::time_point timer_{};               // set to end an epoch in which nothing comes
  std::optional<Capability<Epoch>> first_;  // until the parts are opened
  std::vector<OpenPart> parts_;
};

}  // namespace detail
}  // namespace tidemark
