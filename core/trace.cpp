// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace/block.hpp>
#include <tidemark/core/trace/varint.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_events = 1u << 14;  // of a block
constexpr std::size_t most_bytes = 1u << 20;   // about

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const TracedRun& run, const TraceOptions& options) {
  const TraceColumns& current = TraceColumns::current();
  Json columns = Json::array();
  for (const TraceColumn& column : current.columns)
    columns.push_back({{"name", column.name},
                       {"type", column.type == TraceColumn::Type::time ? "time" : "number"}});
  const TracedRun usual;
  Json json{{"program", run.program},
            {"workers", run.workers},
            {"processes", run.processes},
            {"executor", run.executor},
            {"seed", run.seed},
            {"policy", run.policy},
            {"clock", run.has_virtual_time ? "virtual" : "wall"}};
  if (!run.began.empty()) json["began"] = run.began;
  if (options.from.count() > 0) json["from"] = options.from.count();
  if (!options.only.empty()) json["only"] = options.only;
  if (run.tells_outside) json["outside"] = true;
  if (run.shares_batches) json["shared"] = true;
  if (run.saves_states) json["states"] = true;
  if (!run.scheduler.empty()) json["scheduler"] = run.scheduler;
  if (run.batch_records != usual.batch_records) json["batch_records"] = run.batch_records;
  if (run.steps_per_turn != usual.steps_per_turn) json["steps_per_turn"] = run.steps_per_turn;
  if (run.open_steps != usual.open_steps) json["open_steps"] = run.open_steps;
  return dumped({{"format", "tidemark trace"},
                 {"version", trace_version},
                 {"run", std::move(json)},
                 {"kinds", current.kinds},
                 {"columns", std::move(columns)}});
}

std::string to_json(const NamedEvents& kind) {
  static constexpr const char* types[] = {"number", "text", "time"};
  Json columns = Json::array();
  for (const auto& [name, type] : kind.columns)
    columns.push_back({{"name", name}, {"type", types[static_cast<int>(type)]}});
  return dumped({{"name", kind.name}, {"columns", std::move(columns)}});
}

}  // namespace

Trace::Trace(TraceOptions options)
    : options_(std::move(options)),
      not_found_(options_.only),
      sink_(make_memory_sink(bytes_)) {}

Trace::Trace(const std::string& path, TraceOptions options)
    : options_(std::move(options)),
      path_(path),
      not_found_(options_.only),
      sink_(make_file_sink(path, options_.when_it_fails, [this] {
        // What a run that is quiet has done last is to be found if it is killed. Where time is
        // virtual a block ends at the same event on every machine.
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (lock && clock_ && !has_virtual_time_) seal();
      })) {}

Trace::~Trace() = default;

TraceFile Trace::read() const {
  return path_.empty() ? TraceFile(bytes_) : TraceFile::open(path_);
}

void Trace::begin(const TracedRun& run, std::function<std::uint64_t()> clock) {
  const std::lock_guard lock(mutex_);
  if (clock_) throw ConfigError("a Trace records one run, and this one has recorded one");
  clock_ = std::move(clock);
  has_virtual_time_ = run.has_virtual_time;
  tells_outside_ = run.tells_outside;
  if (options_.from.count() > 0) before_.emplace();
  put("run ", to_json(run, options_));
}

std::uint32_t Trace::add(const TracedDataflow& dataflow) {
  const std::lock_guard lock(mutex_);
  coordinates_.push_back(dataflow.coordinates);
  if (!options_.only.empty()) select(dataflow);
  put("flow", to_json(dataflow));
  return static_cast<std::uint32_t>(coordinates_.size() - 1);
}

void Trace::record(TraceEvent event) {
  const std::lock_guard lock(mutex_);
  add(event, clock_());
}

void Trace::record(std::vector<TraceEvent>& events) {
  if (events.empty()) return;
  const std::lock_guard lock(mutex_);
  add(events);
}

void Trace::record(const OrderEntry& entry, std::vector<TraceEvent>& events) {
  const std::lock_guard lock(mutex_);
  if (tells_outside_ && !over_) {
    put_varint(order_, entry.dataflow);
    put_varint(order_, static_cast<std::uint64_t>(entry.what));
    for (const std::uint64_t number : entry.numbers) put_varint(order_, number);
    add_told(entry.worker, entry.told);
    if (told_.size() + order_.size() >= most_bytes) write_told();
  }
  add(events);
}

void Trace::add(std::vector<TraceEvent>& events) {
  const std::uint64_t now = clock_();
  for (TraceEvent& event : events) add(event, now);
  events.clear();
}

std::uint64_t Trace::number_of(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = numbers_.try_emplace(text, texts_);
  if (is_new) {
    new_texts_.push_back(text);
    ++texts_;
  }
  return known->second;
}

std::uint64_t Trace::add_text(std::string text) {
  const std::lock_guard lock(mutex_);
  new_text_bytes_ += text.size();
  new_texts_.push_back(std::move(text));
  if (new_text_bytes_ >= most_bytes) write_texts();
  return texts_++;
}

std::vector<std::string> Trace::not_found() const {
  const std::lock_guard lock(mutex_);
  return not_found_;
}

std::uint32_t Trace::number_of(const NamedEvents& kind) {
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(named_, kind.name, &NamedEvents::name);
  if (known != named_.end() && known->columns != kind.columns)
    throw DataflowError("two kinds of events have the name '" + kind.name +
                        "', and not the same columns; give each its own name");
  if (known != named_.end()) return static_cast<std::uint32_t>(known - named_.begin());
  named_.push_back(kind);
  put("name", to_json(kind));
  return static_cast<std::uint32_t>(named_.size() - 1);
}

void Trace::end(const std::string& outcome) {
  const std::lock_guard lock(mutex_);
  if (over_ || !clock_) return;
  seal();
  write_told();
  if (before_) begin_events();
  Json end{{"outcome", outcome}, {"events", sealed_}};
  if (!not_found_.empty()) end["not_found"] = not_found_;
  put("end ", dumped(end));
  over_ = true;
  sink_->finish();
}

void Trace::add(TraceEvent& event, std::uint64_t now) {
  if (over_) return;
  event.clock = now;
  if (before_) [[unlikely]] {
    if (now < static_cast<std::uint64_t>(options_.from.count())) {
      before_->add(event);
      if (is_wanted(event)) ++sealed_;
      return;
    }
    begin_events();
  }
  if (!is_wanted(event)) return;
  columns_.add(event, coordinates_[event.dataflow]);
  if (columns_.events() == most_events || columns_.bytes() >= most_bytes) seal();
}

void Trace::write_texts() {
  if (new_texts_.empty() || over_) return;
  put("text", dumped(std::exchange(new_texts_, {})));
  new_text_bytes_ = 0;
}

void Trace::told(std::uint32_t worker, const std::string& told) {
  const std::lock_guard lock(mutex_);
  if (over_ || !tells_outside_) return;
  add_told(worker, told);
  if (told_.size() >= most_bytes) write_told();
}

void Trace::add_told(std::uint32_t worker, const std::string& told) {
  if (told.empty()) return;
  put_varint(told_, worker);
  put_varint(told_, told.size());
  told_ += told;
}

/// What a replay needs of the events that are written next.
void Trace::write_told() {
  if ((order_.empty() && told_.empty()) || over_) return;
  if (!told_.empty()) put("told", std::exchange(told_, {}));
  if (!order_.empty()) put("ordr", std::exchange(order_, {}));
}

void Trace::seal() {
  write_told();
  if (columns_.events() == 0 || over_) return;
  write_texts();
  const auto events = static_cast<std::uint32_t>(columns_.events());
  put("evts", columns_.take(), events);
  sealed_ += events;
}

/// Says what was before the first event.
void Trace::begin_events() {
  before_->write(columns_, [this](std::uint32_t dataflow) { return coordinates_[dataflow]; });
  put("base", columns_.take());
  before_.reset();
}

bool Trace::is_wanted(const TraceEvent& event) const {
  if (options_.only.empty()) return true;
  using Kind = TraceEvent::Kind;
  const Selected& selected = selected_[event.dataflow];
  switch (event.kind) {
    case Kind::start:
    case Kind::stop:
    case Kind::wake:
    case Kind::note:
      return selected.operators[event.subject];
    case Kind::mint:
    case Kind::downgrade:
    case Kind::drop:
      return selected.locations[event.subject];
    case Kind::send:
    case Kind::receive:
      return selected.channels[event.subject];
    default:
      return true;
  }
}

/// Of a channel both ends count.
void Trace::select(const TracedDataflow& dataflow) {
  Selected& selected = selected_.emplace_back();
  for (const auto& op : dataflow.operators) {
    const bool is_one = std::ranges::find(options_.only, op.name) != options_.only.end();
    if (is_one) std::erase(not_found_, op.name);
    selected.operators.push_back(is_one);
    selected.locations.resize(selected.locations.size() + op.inputs + op.outputs, is_one);
  }
  for (const auto& receiver : dataflow.receivers) {
    bool is_one = receiver && selected.operators[receiver->op.value];
    for (const Channel& channel : dataflow.channels)
      if (receiver && channel.to == *receiver && selected.operators[channel.from.op.value])
        is_one = true;
    selected.channels.push_back(is_one);
  }
}

void Trace::put(std::string tag, std::string bytes, std::uint32_t events) {
  const bool is_before = before_ && tag != "base";  // and so before all that is counted
  sink_->take({std::move(tag), std::move(bytes), is_before ? 0 : sealed_, events});
}

}  // namespace tidemark
