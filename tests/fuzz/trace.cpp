// SPDX-License-Identifier: MIT
//
// Any bytes as a trace: what is asked of it is answered, or is an error that says what is wrong.
// Bytes that do not begin as one does are its blocks: for each a letter, a length and what it
// holds, behind a block that says how the run was run, each with the right checksum.
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace_cut.hpp>
#include <tidemark/core/trace_state.hpp>
#include <tidemark/progress/error.hpp>

#include <nlohmann/json.hpp>
#include <tests/fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace {

using namespace tidemark;
using fuzz::require;

/// A block as it would be written, but that it is not compressed: that would take most of the time.
std::string block(std::string_view tag, std::string_view raw, std::uint64_t first,
                  std::uint32_t events) {
  const auto put = [](std::string& to, std::uint64_t number, int bytes) {
    for (int i = 0; i != bytes; ++i) to += static_cast<char>(number >> 8 * i);
  };
  const auto bytes_of = [](std::string_view text) {
    return reinterpret_cast<const Bytef*>(text.data());
  };
  std::string stored("\x78\x01\x01", 3);  // zlib, and its last block, which is stored
  put(stored, raw.size(), 2);
  put(stored, ~raw.size() & 0xFFFF, 2);
  stored += raw;
  const uLong sum =
      ::adler32(::adler32(0, nullptr, 0), bytes_of(raw), static_cast<uInt>(raw.size()));
  for (int shift = 24; shift >= 0; shift -= 8) stored += static_cast<char>(sum >> shift);
  std::string header(tag);
  put(header, stored.size(), 4);
  put(header, raw.size(), 4);
  const std::size_t checksum = header.size();
  put(header, 0, 4);
  put(header, first, 8);
  put(header, events, 4);
  const uLong crc = ::crc32(::crc32(0, bytes_of(header), static_cast<uInt>(header.size())),
                            bytes_of(stored), static_cast<uInt>(stored.size()));
  for (std::size_t i = 0; i != 4; ++i) header[checksum + i] = static_cast<char>(crc >> 8 * i);
  return header + stored;
}

/// A trace that has begun, and nothing has happened yet, with columns for kinds of events of which
/// `has_kind(name)`.
std::string begun(const std::function<bool(const std::string& name)>& has_kind) {
  Trace trace;
  trace.begin({.workers = 2, .executor = "threads", .tells_outside = true}, [] { return 0; });
  std::string blocks(file_mark);
  trace.read().for_each_description([&](std::string_view tag, std::string_view raw) {
    nlohmann::ordered_json run = nlohmann::ordered_json::parse(raw);
    const auto kinds = run.at("kinds").get<std::vector<std::string>>();
    nlohmann::ordered_json some, columns;
    for (const std::string& kind : kinds)
      if (has_kind(kind)) some.push_back(kind);
    for (const auto& column : run.at("columns")) {
      const std::string name = column.at("name");
      const std::string kind = name.substr(0, name.find('.'));
      if (std::ranges::find(kinds, kind) == kinds.end() || has_kind(kind))
        columns.push_back(column);
    }
    run["kinds"] = some;
    run["columns"] = columns;
    blocks += block(tag, run.dump(), 0, 0);
  });
  return blocks;
}

std::string with_blocks(std::string_view rest) {
  if (rest.starts_with(file_mark.substr(0, 2))) return std::string(rest);
  // Most of the time goes into reading which columns there are. Behind an A there are all.
  static const std::string all = begun([](const std::string&) { return true; });
  static const std::string few =
      begun([](const std::string& kind) { return kind == "batch" || kind == "frontier"; });
  const bool has_all = rest.starts_with('A');
  std::string bytes = has_all ? all : few;
  if (has_all) rest.remove_prefix(1);
  std::uint64_t first = 0;
  while (rest.size() >= 3) {
    const auto number = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const char letter = rest[0];
    const std::size_t size = std::min<std::size_t>(rest.size() - 3, number(1) + 256u * number(2));
    const std::string_view raw = rest.substr(3, size);
    rest.remove_prefix(3 + size);
    // As many events as the column of kinds, which comes first, has bytes.
    const std::uint32_t events = raw.size() > 1 ? static_cast<unsigned char>(raw[1]) & 127u : 0;
    const bool has_events = letter == 'e';
    const char* const tag = has_events      ? "evts"
                            : letter == 'f' ? "flow"
                            : letter == 't' ? "text"
                            : letter == 'b' ? "base"
                            : letter == 'w' ? "told"
                            : letter == 'o' ? "ordr"
                                            : "end ";
    bytes += block(tag, raw, first, has_events ? events : 0);
    if (has_events) first += events;
  }
  return bytes;
}

void ask(const TraceFile& file) {
  file.for_each(1, file.events(), [&](std::uint64_t number, const TraceEvent* event) {
    require(number >= file.first() && number <= file.events(), "events have their numbers");
    if (event != nullptr)
      require(event->dataflow < file.dataflows().size(), "an event is of a dataflow");
    return true;
  });
  for (std::uint32_t d = 0; d != file.dataflows().size(); ++d) {
    const TracedDataflow& dataflow = file.dataflows()[d];
    if (!dataflow.topology || dataflow.locations() > 64) continue;
    TraceState state(file, d);
    state.advance_to(file.events());
    const ProgressSnapshot snapshot = state.snapshot();
    require(snapshot.ports.size() == dataflow.locations(), "each port has a state");
    for (std::uint32_t l = 0; l != std::min(4u, dataflow.locations()); ++l)
      require(state.explain(LocationId{l}).size() == snapshot.ports[l].frontier.size(),
              "each timestamp of a frontier is explained");
  }
  if (file.bytes() % 16 == 0) {  // a part of it is written anew, which takes long
    const TraceFile part(cut_of(file, (file.first() + file.events()) / 2, file.events()));
    require(part.events() == file.events(), "a part keeps the numbers");
  }
  try {
    Replay(file).advance();
  } catch (const ReplayError& error) {
    require(std::string_view(error.what()).size() > 10, "an error says what is wrong");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    ask(TraceFile(with_blocks({reinterpret_cast<const char*>(data), size})));
  } catch (const BadTrace& error) {
    require(std::string_view(error.what()).size() > 10, "an error says what is wrong");
  } catch (const DataflowError&) {  // a cycle, for instance
  }
  return 0;
}
