// SPDX-License-Identifier: MIT
//
// TestingInput: a source of given records, and of accidents.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// What happens between two records of a TestingInput.
struct TestingMark {
  /// What it is that happens.
  enum class Kind {
    end_of_file,  ///< the input ends here; a later run goes on behind it
    abort,        ///< the dataflow is cancelled here, once in the life of the TestingInput
    pause,        ///< nothing comes for a while, of the run's clock
  };
  Kind kind = Kind::end_of_file;       ///< what happens
  std::chrono::nanoseconds length{0};  ///< of a pause; else 0

  ///@{
  /// The mark of that kind.
  static TestingMark end_of_file() { return {Kind::end_of_file, {}}; }
  static TestingMark abort() { return {Kind::abort, {}}; }
  static TestingMark pause(std::chrono::nanoseconds length) { return {Kind::pause, length}; }
  ///@}
};

/// Gives the records of a vector in order, at one worker, `batch_size` at a poll; none together
/// with one behind a mark. Its position is the number of records and marks that it has passed.
///
///     TestingInput<int>::with_marks({1, 2, TestingMark::pause(1s), 3, TestingMark::abort(), 4})
template <typename Item>
class TestingInput {
 public:
  using item_type = Item;  ///< what it gives

  /// A `batch_size` of 0 is 1.
  explicit TestingInput(std::vector<Item> items, std::size_t batch_size = 1)
      : script_(std::make_shared<Script>(Script{std::move(items), {}, {}})),
        batch_size_(std::max<std::size_t>(1, batch_size)) {}

  /// With what happens between records.
  static TestingInput with_marks(const std::vector<std::variant<Item, TestingMark>>& entries,
                                 std::size_t batch_size = 1) {
    TestingInput input({}, batch_size);
    for (const auto& entry : entries) {
      if (entry.index() == 0) {
        input.script_->items.push_back(std::get<0>(entry));
      } else {
        input.script_->marks.emplace_back(input.script_->items.size(), std::get<1>(entry));
      }
    }
    input.script_->has_aborted.resize(input.script_->marks.size());
    return input;
  }

  ///@{
  /// As PartitionedSource says (source.hpp): there is one part.
  std::vector<std::string> parts() const { return {"items"}; }

  std::unique_ptr<SourcePart<Item>> open(const std::string&, const SourceContext& context) const {
    return std::make_unique<Part>(script_, batch_size_, context);
  }
  ///@}

 private:
  struct Script {
    std::vector<Item> items;
    std::vector<std::pair<std::size_t, TestingMark>> marks;  // with the item that follows
    std::vector<bool> has_aborted;                           // by mark
  };
  using Position = std::pair<std::uint64_t, std::uint64_t>;  // items and marks

  class Part final : public SourcePart<Item> {
   public:
    Part(std::shared_ptr<Script> script, std::size_t batch_size, const SourceContext& context)
        : script_(std::move(script)),
          batch_size_(batch_size),
          now_(context.now) {
      if (context.resume_at) passed_ = from_bytes<Position>(*context.resume_at);
    }

    Poll next_batch(std::vector<Item>& batch) override {
      auto& [items, marks] = passed_;
      if (at_mark()) return pass_mark();
      const std::size_t until =
          marks == script_->marks.size() ? script_->items.size() : script_->marks[marks].first;
      const std::size_t size = std::min<std::size_t>(batch_size_, until - items);
      for (std::size_t i = 0; i != size; ++i) batch.push_back(script_->items[items + i]);
      items += size;
      if (at_mark() && script_->marks[marks].second.kind == TestingMark::Kind::end_of_file)
        return pass_mark();
      const bool at_end = items == script_->items.size() && marks == script_->marks.size();
      return {at_end ? Poll::State::end : Poll::State::more, {}};
    }

    std::optional<std::string> position() const override { return to_bytes(passed_); }

   private:
    bool at_mark() const {
      return passed_.second != script_->marks.size() &&
             script_->marks[passed_.second].first == passed_.first;
    }

    Poll pass_mark() {
      const std::size_t mark = passed_.second++;
      const TestingMark& what = script_->marks[mark].second;
      switch (what.kind) {
        case TestingMark::Kind::end_of_file:
          return {Poll::State::end, {}};
        case TestingMark::Kind::pause:
          return {Poll::State::wait, now_() + what.length};
        case TestingMark::Kind::abort:
          if (script_->has_aborted[mark]) return {Poll::State::more, {}};
          script_->has_aborted[mark] = true;
          return {Poll::State::abort, {}};
      }
      return {};
    }

    std::shared_ptr<Script> script_;
    std::size_t batch_size_;
    std::function<Clock::time_point()> now_;
    Position passed_;
  };

  std::shared_ptr<Script> script_;
  std::size_t batch_size_;
};

}  // namespace tidemark
