// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/trace_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

namespace tidemark {
namespace {

using Json = nlohmann::json;

/// All of a file, or of what is read like one. Throws std::system_error.
std::string contents_of(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  std::string bytes;
  if (file) {
    std::array<char, 65536> part;
    while (const std::size_t n = std::fread(part.data(), 1, part.size(), file.get()))
      bytes.append(part.data(), n);
  }
  if (!file || std::ferror(file.get()) != 0)
    throw std::system_error(errno, std::generic_category());
  return bytes;
}

NamedEvents named_events_of(const Json& json) {
  NamedEvents kind{.name = json.at("name")};
  for (const Json& column : json.at("columns")) {
    const std::string type = column.at("type");
    kind.columns.push_back({column.at("name"), type == "text"   ? NamedEvents::Type::text
                                               : type == "time" ? NamedEvents::Type::time
                                                                : NamedEvents::Type::number});
  }
  return kind;
}

}  // namespace

TraceFile TraceFile::open(const std::string& path) try {
  return TraceFile(contents_of(path));
} catch (const std::system_error& error) {
  throw BadTrace("the trace '" + path + "' cannot be read: " + error.code().message());
} catch (const BadTrace& error) {
  throw BadTrace("'" + path + "' " + error.what());
}

TraceFile::TraceFile(std::string bytes) : bytes_(std::move(bytes)) {
  if (bytes_.empty()) throw BadTrace("is empty, and no trace");
  if (!bytes_.starts_with(file_mark))
    throw BadTrace("is no trace: it does not begin as one (tidemark run --trace FILE writes them)");
  try {
    read_blocks();
  } catch (const BadTrace& error) {
    damage_ = error.what();
  } catch (const Json::exception& error) {
    damage_ = error.what();
  }
  if (!reader_) throw BadTrace("is a trace of which nothing is left: " + damage_);
}

void TraceFile::read_blocks() {
  for (std::size_t at = file_mark.size(); at != bytes_.size();) {
    const std::string place = " at byte " + std::to_string(at);
    if (bytes_.size() - at < BlockHeader::bytes)
      throw BadTrace("it is cut in the header of a block" + place);
    Block block{header_of(std::string_view(bytes_).substr(at)), at + BlockHeader::bytes};
    if (bytes_.size() - block.at < block.header.stored)
      throw BadTrace("it is cut in a block" + place);
    const bool begins = block.header.is("base") && blocks_.empty() && !base_;
    if (block.header.first != events_ && !begins) throw BadTrace("a block is missing" + place);
    read_block(block);
    at = block.at + block.header.stored;
  }
}

void TraceFile::read_block(const Block& block) {
  if (block.header.is("evts")) {
    if (!reader_) throw BadTrace("there are events before what they are");
    check_block(block.header, stored(block));
    events_ += block.header.events;
    blocks_.push_back(block);
    return;
  }
  if (block.header.is("base")) {
    if (!reader_) throw BadTrace("there are events before what they are");
    check_block(block.header, stored(block));
    base_ = block;
    events_ = block.header.first;
    first_ = events_ + 1;
    return;
  }
  const std::string raw = opened_block(block.header, stored(block));
  if (!block.header.is("end ")) descriptions_.push_back(block);
  if (block.header.is("run ")) {
    read_run(raw);
  } else if (block.header.is("flow")) {
    dataflows_.push_back(traced_dataflow_of(raw));
  } else if (block.header.is("text")) {
    for (const Json& text : Json::parse(raw)) texts_.push_back(text);
  } else if (block.header.is("name")) {
    named_.push_back(named_events_of(Json::parse(raw)));
  } else if (block.header.is("end ")) {
    outcome_ = Json::parse(raw).at("outcome").get<std::string>();
  }  // what a newer version has added is passed over
}

void TraceFile::read_run(std::string_view text) {
  const Json json = Json::parse(text);
  TraceColumns columns;
  for (const Json& kind : json.at("kinds")) columns.kinds.push_back(kind);
  for (const Json& column : json.at("columns"))
    columns.columns.push_back({column.at("name"), column.at("type") == "time"
                                                      ? TraceColumn::Type::time
                                                      : TraceColumn::Type::number});
  if (json.at("version").get<int>() > trace_version)
    damage_ = "it is of version " + json.at("version").dump() + ", and this program knows " +
              std::to_string(trace_version) + ": what is new is passed over";
  const Json& run = json.at("run");
  run_ = {
      run.at("program"), run.at("workers"), run.at("processes"),          run.at("executor"),
      run.at("seed"),    run.at("policy"),  run.at("clock") == "virtual", run.value("began", "")};
  run_.from = run.value("from", std::uint64_t{0});
  run_.tells_outside = run.value("outside", false);
  run_.shares_batches = run.value("shared", false);
  run_.saves_states = run.value("states", false);
  run_.scheduler = run.value("scheduler", "");
  run_.batch_records = run.value("batch_records", run_.batch_records);
  run_.steps_per_turn = run.value("steps_per_turn", run_.steps_per_turn);
  run_.open_steps = run.value("open_steps", run_.open_steps);
  if (run.contains("only"))
    for (const Json& step : run.at("only")) run_.only.push_back(step);
  reader_.emplace(columns);
}

void TraceFile::for_each(std::uint64_t first, std::uint64_t last,
                         const std::function<bool(std::uint64_t, const TraceEvent*)>& take) const {
  const auto coordinates = [&](std::uint32_t dataflow) {
    return coordinates_of_dataflow(dataflow);
  };
  auto block = std::ranges::upper_bound(blocks_, std::max<std::uint64_t>(first, 1) - 1, {},
                                        [](const Block& b) { return b.header.first; });
  if (block != blocks_.begin()) --block;
  for (bool goes_on = true; goes_on && block != blocks_.end() && block->header.first < last;
       ++block) {
    std::uint64_t number = block->header.first;
    const std::string raw = opened_block(block->header, stored(*block));
    const std::size_t events = reader_->read(raw, coordinates, [&](const TraceEvent* event) {
      if (++number < first || number > last || !goes_on) return;
      goes_on = take(number, event);
    });
    if (events != block->header.events) throw BadTrace("a block has not as many events as it says");
  }
}

void TraceFile::for_base(const std::function<void(const TraceEvent&)>& take) const {
  if (!base_) return;
  reader_->read(
      opened_block(base_->header, stored(*base_)),
      [&](std::uint32_t dataflow) { return coordinates_of_dataflow(dataflow); },
      [&](const TraceEvent* event) {
        if (event != nullptr) take(*event);
      });
}

void TraceFile::for_each_description(
    const std::function<void(std::string_view, std::string_view)>& take) const {
  for (const Block& block : descriptions_)
    take(std::string_view(block.header.tag.data(), 4), opened_block(block.header, stored(block)));
}

std::uint32_t TraceFile::coordinates_of_dataflow(std::uint32_t dataflow) const {
  if (dataflow >= dataflows_.size()) throw BadTrace("an event is of a dataflow that is none");
  return dataflows_[dataflow].coordinates;
}

std::string TraceFile::text(const TracedDataflow& dataflow, const Coordinates& time,
                            LocationId location) const {
  if (dataflow.topology) return dataflow.text(time, location);
  return text(coordinate(time, 0));
}

const std::string& TraceFile::text(std::uint64_t number) const {
  static const std::string unknown = "?";
  return number < texts_.size() ? texts_[number] : unknown;
}

}  // namespace tidemark
