// SPDX-License-Identifier: MIT
#include <tidemark/core/trace/block.hpp>
#include <tidemark/core/trace/columns.hpp>
#include <tidemark/core/trace/counts_before.hpp>
#include <tidemark/core/trace_cut.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t most_events = 1u << 14;  // of a block

}  // namespace

std::string cut_of(const TraceFile& trace, std::uint64_t first, std::uint64_t last) {
  first = std::max(first, trace.first());
  std::string bytes(file_mark);
  trace.for_each_description([&](std::string_view tag, std::string_view raw) {
    if (tag != "told" && tag != "ordr")  // for a replay, of which a part cannot be had
      bytes += sealed_block(tag, raw, 0, 0);
  });
  CountsBefore counts;
  trace.for_base([&](const TraceEvent& event) { counts.add(event); });
  const auto coordinates = [&](std::uint32_t dataflow) {
    return trace.dataflows()[dataflow].coordinates;
  };
  EventColumns columns;
  std::uint64_t sealed = first - 1;
  const auto seal = [&](std::string_view tag, std::uint32_t events) {
    bytes += sealed_block(tag, columns.take(), sealed, events);
    sealed += events;
  };
  bool has_base = false;
  const auto begin = [&] {
    if (std::exchange(has_base, true)) return;
    counts.write(columns, coordinates);
    seal("base", 0);
  };
  trace.for_each(trace.first(), last, [&](std::uint64_t number, const TraceEvent* event) {
    if (number < first) {
      if (event != nullptr) counts.add(*event);
      return true;
    }
    begin();
    // What is not known cannot be written: it stands as an event of no meaning.
    const TraceEvent none{.kind = TraceEvent::Kind::stop, .subject = ~std::uint32_t{0}};
    const TraceEvent& written = event != nullptr ? *event : none;
    columns.add(written, coordinates(written.dataflow));
    if (columns.events() == most_events) seal("evts", most_events);
    return true;
  });
  begin();
  if (columns.events() != 0) seal("evts", static_cast<std::uint32_t>(columns.events()));
  return bytes;
}

}  // namespace tidemark
