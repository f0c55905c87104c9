// SPDX-License-Identifier: MIT
#include <tidemark/core/trace_schema.hpp>

#include <array>

namespace tidemark {

std::span<const TraceKind> trace_kinds() {
  using E = TraceEvent;
  static const std::array<TraceKind, 13> kinds{{
      {"batch", {{"worker", &E::worker}, {"ledger", &E::ledger}, {"changes", &E::changes}}},
      {"frontier", {{"ledger", &E::ledger}, {"at", &E::subject}, {"frontier", &E::frontier}}},
      {"start", {{"worker", &E::worker}, {"op", &E::subject}}},
      {"stop", {{"worker", &E::worker}, {"op", &E::subject}}},
      {"send",
       {{"worker", &E::worker},
        {"channel", &E::subject},
        {"to", &E::peer},
        {"time", &E::time},
        {"records", &E::records},
        {"first", &E::values}}},
      {"receive",
       {{"worker", &E::worker},
        {"channel", &E::subject},
        {"from", &E::peer},
        {"time", &E::time},
        {"records", &E::records}}},
      {"depart", {{"from", &E::subject}, {"to", &E::peer}, {"changes", &E::records}}},
      {"arrive", {{"from", &E::subject}, {"to", &E::peer}, {"changes", &E::records}}},
      {"mint",
       {{"worker", &E::worker},
        {"at", &E::subject},
        {"capability", &E::capability},
        {"parent", &E::parent},
        {"time", &E::time}}},
      {"downgrade",
       {{"worker", &E::worker},
        {"at", &E::subject},
        {"capability", &E::capability},
        {"time", &E::time}}},
      {"drop", {{"worker", &E::worker}, {"at", &E::subject}, {"capability", &E::capability}}},
      {"wake", {{"worker", &E::worker}, {"op", &E::subject}}},
      {"note",
       {{"worker", &E::worker}, {"op", &E::subject}, {"name", &E::peer}, {"values", &E::values}}},
  }};
  return kinds;
}

std::span<const TraceField> common_fields() {
  static const std::array<TraceField, 2> fields{
      {{"dataflow", &TraceEvent::dataflow}, {"clock", &TraceEvent::clock}}};
  return fields;
}

std::vector<TraceColumn> columns_of(std::string_view kind, const TraceField& field) {
  using Type = TraceColumn::Type;
  const std::string name = std::string(kind) + "." + std::string(field.name);
  struct Columns {
    std::vector<TraceColumn> operator()(std::uint32_t TraceEvent::*) const {
      return {{name, Type::number}};
    }
    std::vector<TraceColumn> operator()(std::uint64_t TraceEvent::*) const {
      return {{name, Type::number}};
    }
    std::vector<TraceColumn> operator()(Coordinates TraceEvent::*) const {
      return {{name, Type::time}};
    }
    std::vector<TraceColumn> operator()(std::vector<Coordinates> TraceEvent::*) const {
      return {{name + ".count", Type::number}, {name + ".time", Type::time}};
    }
    std::vector<TraceColumn> operator()(std::vector<TraceEvent::Change> TraceEvent::*) const {
      return {{name + ".count", Type::number},
              {name + ".at", Type::number},
              {name + ".time", Type::time},
              {name + ".diff", Type::number}};
    }
    std::vector<TraceColumn> operator()(std::vector<std::uint64_t> TraceEvent::*) const {
      return {{name + ".count", Type::number}, {name + ".number", Type::number}};
    }
    const std::string& name;
  };
  return std::visit(Columns{name}, field.member);
}

}  // namespace tidemark
