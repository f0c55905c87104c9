// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/trace/columns.hpp>
#include <tidemark/core/trace/varint.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace tidemark {
namespace {

constexpr std::string_view all_kinds = "event";
constexpr std::string_view kind_column = "event.kind";

}  // namespace

const TraceColumns& TraceColumns::current() {
  static const TraceColumns columns = [] {
    TraceColumns all;
    const auto add = [&](std::string_view kind, std::span<const TraceField> fields) {
      for (const TraceField& field : fields)
        for (TraceColumn& column : columns_of(kind, field))
          all.columns.push_back(std::move(column));
    };
    all.columns.push_back({std::string(kind_column), TraceColumn::Type::number});
    add(all_kinds, common_fields());
    for (const TraceKind& kind : trace_kinds()) {
      all.kinds.emplace_back(kind.name);
      add(kind.name, kind.fields);
    }
    return all;
  }();
  return columns;
}

EventColumns::EventColumns() : columns_(TraceColumns::current().columns.size()) {
  std::size_t column = 1;  // behind the kinds
  const auto fields_of = [&](std::string_view kind, std::span<const TraceField> fields) {
    std::vector<Field> found;
    for (const TraceField& field : fields) {
      found.push_back({field.member, column});
      column += columns_of(kind, field).size();
    }
    return found;
  };
  common_ = fields_of(all_kinds, common_fields());
  for (const TraceKind& kind : trace_kinds()) fields_.push_back(fields_of(kind.name, kind.fields));
}

void EventColumns::add(const TraceEvent& event, std::uint32_t coordinates) {
  const auto kind = static_cast<std::size_t>(event.kind);
  put_number(0, kind);
  for (const Field& field : common_) put(field, event, coordinates);
  for (const Field& field : fields_[kind]) put(field, event, coordinates);
  ++events_;
}

void EventColumns::put(const Field& field, const TraceEvent& event, std::uint32_t coordinates) {
  const std::size_t column = field.column;
  std::visit(
      [&](auto member) {
        const auto& value = event.*member;
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_integral_v<Value>) {
          put_number(column, value);
        } else if constexpr (std::is_same_v<Value, Coordinates>) {
          put_time(column, value, coordinates);
        } else {
          put_number(column, value.size());
          for (const auto& each : value)
            if constexpr (std::is_same_v<Value, std::vector<Coordinates>>) {
              put_time(column + 1, each, coordinates);
            } else if constexpr (std::is_same_v<Value, std::vector<std::uint64_t>>) {
              put_number(column + 1, each);
            } else {
              put_number(column + 1, each.location);
              put_time(column + 2, each.time, coordinates);
              put_number(column + 3, static_cast<std::uint64_t>(each.diff));
            }
        }
      },
      field.member);
}

void EventColumns::put_number(std::size_t column, std::uint64_t number) {
  Column& to = columns_[column];
  const std::size_t before = to.bytes.size();
  put_varint(to.bytes, zigzag(std::exchange(to.last[0], number), number));
  bytes_ += to.bytes.size() - before;
}

void EventColumns::put_time(std::size_t column, const Coordinates& time,
                            std::uint32_t coordinates) {
  Column& to = columns_[column];
  const std::size_t before = to.bytes.size();
  for (std::uint32_t k = 0; k != coordinates; ++k) {
    const std::uint64_t number = coordinate(time, k);
    put_varint(to.bytes, zigzag(std::exchange(to.last[k], number), number));
  }
  bytes_ += to.bytes.size() - before;
}

std::string EventColumns::take() {
  std::string all;
  for (std::size_t column = 0; column != columns_.size(); ++column) {
    Column& each = columns_[column];
    if (each.bytes.empty()) continue;
    put_varint(all, column);
    put_varint(all, each.bytes.size());
    all += each.bytes;
    each.bytes.clear();
    each.last = {};
  }
  events_ = bytes_ = 0;
  return all;
}

/// The columns of one block while they are read.
class EventReader::Block {
 public:
  Block(std::string_view bytes, std::size_t columns) : columns_(columns) {
    VarintReader from(bytes);
    while (!from.at_end()) {
      const std::uint64_t column = from.take();
      const std::string_view its = from.take_bytes(from.take());
      if (column < columns) columns_[column].from = VarintReader(its);
    }
  }

  bool at_end(std::uint32_t column) const { return columns_[column].from.at_end(); }

  std::uint64_t number(std::uint32_t column) { return next(column, 0); }
  std::uint32_t small_number(std::uint32_t column) {
    const std::uint64_t number = next(column, 0);
    if (number > std::numeric_limits<std::uint32_t>::max())
      throw BadTrace("a number has more than 32 bits");
    return static_cast<std::uint32_t>(number);
  }
  Coordinates time(std::uint32_t column, std::uint32_t coordinates) {
    Coordinates time;
    for (std::uint32_t k = 0; k != coordinates; ++k) set_coordinate(time, k, next(column, k));
    return time;
  }
  /// How many elements a list has, of which each takes bytes of `column`.
  std::size_t count(std::uint32_t count_column, std::uint32_t column) {
    const std::uint64_t count = next(count_column, 0);
    if (count > columns_[column].from.size()) throw BadTrace("a list is longer than its column");
    return count;
  }

 private:
  struct Column {
    VarintReader from;
    std::array<std::uint64_t, max_coordinates> last{};
  };

  std::uint64_t next(std::uint32_t column, std::uint32_t k) {
    Column& from = columns_[column];
    return from.last[k] = undo_zigzag(from.last[k], from.from.take());
  }

  std::vector<Column> columns_;
};

EventReader::EventReader(const TraceColumns& file) : columns_(file.columns.size()) {
  const auto number_of = [&](const TraceColumn& wanted) -> std::optional<std::uint32_t> {
    const auto found = std::ranges::find(file.columns, wanted.name, &TraceColumn::name);
    if (found == file.columns.end()) return std::nullopt;
    if (found->type != wanted.type)
      throw BadTrace("column '" + wanted.name + "' is of another type than it should be");
    return static_cast<std::uint32_t>(found - file.columns.begin());
  };
  const auto fields_of = [&](std::string_view kind, std::span<const TraceField> fields) {
    std::vector<Field> found;
    for (const TraceField& field : fields) {
      Field& here = found.emplace_back(Field{field.member, {}});
      for (const TraceColumn& column : columns_of(kind, field))
        if (const auto number = number_of(column)) here.columns.push_back(*number);
      // An older file may lack a field, and no part of one.
      if (here.columns.size() != columns_of(kind, field).size()) found.pop_back();
    }
    return found;
  };
  const auto kinds_column = number_of({std::string(kind_column), TraceColumn::Type::number});
  if (!kinds_column) throw BadTrace("it has no kinds of events");
  kinds_column_ = *kinds_column;
  common_ = fields_of(all_kinds, common_fields());
  for (const std::string& name : file.kinds) {
    Kind& kind = kinds_.emplace_back();
    const auto known = std::ranges::find(trace_kinds(), name, &TraceKind::name);
    if (known == trace_kinds().end()) continue;
    kind.kind = static_cast<TraceEvent::Kind>(known - trace_kinds().begin());
    kind.fields = fields_of(known->name, known->fields);
  }
}

std::size_t EventReader::read(std::string_view block,
                              const std::function<std::uint32_t(std::uint32_t)>& coordinates,
                              const std::function<void(const TraceEvent*)>& take) const {
  Block columns(block, columns_);
  const auto read_field = [&](const Field& field, TraceEvent& event, std::uint32_t numbers) {
    std::visit(
        [&](auto member) {
          auto& value = event.*member;
          using Value = std::remove_cvref_t<decltype(value)>;
          const std::uint32_t column = field.columns.front();
          if constexpr (std::is_same_v<Value, std::uint32_t>) {
            value = columns.small_number(column);
          } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
            value = columns.number(column);
          } else if constexpr (std::is_same_v<Value, Coordinates>) {
            value = columns.time(column, numbers);
          } else if constexpr (std::is_same_v<Value, std::vector<Coordinates>>) {
            value.resize(columns.count(column, field.columns[1]));
            for (Coordinates& time : value) time = columns.time(field.columns[1], numbers);
          } else if constexpr (std::is_same_v<Value, std::vector<std::uint64_t>>) {
            value.resize(columns.count(column, field.columns[1]));
            for (std::uint64_t& number : value) number = columns.number(field.columns[1]);
          } else {
            value.resize(columns.count(column, field.columns[1]));
            for (TraceEvent::Change& change : value) {
              change.location = columns.small_number(field.columns[1]);
              change.time = columns.time(field.columns[2], numbers);
              change.diff = static_cast<std::int64_t>(columns.number(field.columns[3]));
            }
          }
        },
        field.member);
  };
  std::size_t events = 0;
  for (TraceEvent event; !columns.at_end(kinds_column_); ++events) {
    const std::uint64_t number = columns.number(kinds_column_);
    if (number >= kinds_.size())
      throw BadTrace("an event is of a kind that the file does not name");
    const Kind& kind = kinds_[number];
    event = {};
    for (const Field& field : common_) read_field(field, event, 0);
    if (kind.kind) {
      event.kind = *kind.kind;
      const std::uint32_t numbers = coordinates(event.dataflow);
      for (const Field& field : kind.fields) read_field(field, event, numbers);
    }
    take(kind.kind ? &event : nullptr);
  }
  return events;
}

}  // namespace tidemark
