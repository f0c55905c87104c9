// SPDX-License-Identifier: MIT
//
// A source of several parts for the tests of event time by source, and how their windows fold.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::tests::by_source {

/// A record of a source: a key, and a value that knows its time.
using Keyed = std::pair<std::string, Value>;

constexpr auto time_of = [](const Value& value) { return at_ns(value.time); };
constexpr auto time_of_record = [](const Keyed& record) { return at_ns(record.second.time); };

/// A source of several parts, each of which gives its records when their time by the run's clock
/// has come, and ends at last.
class ScheduledParts {
 public:
  using item_type = Keyed;
  struct Part {
    std::vector<std::pair<Ns, Keyed>> schedule;
    Ns end = 0;
  };

  explicit ScheduledParts(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != parts_.size(); ++i) names.push_back(std::to_string(i));
    return names;
  }
  std::unique_ptr<SourcePart<Keyed>> open(const std::string& part,
                                          const SourceContext& context) const {
    const Part& of = parts_[std::stoul(part)];
    return ScheduledInput<Keyed>(of.schedule, of.end).open(part, context);
  }

 private:
  std::vector<Part> parts_;
};

inline Ids append(Ids ids, const Value& value) {
  ids.push_back(value.id);
  return ids;
}
inline Ids concatenated(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Ids none() {
  return {};
}

}  // namespace tidemark::tests::by_source
