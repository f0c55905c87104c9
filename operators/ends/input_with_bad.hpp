// SPDX-License-Identifier: MIT
//
// input_with_bad: an input and, as a stream of its own, what its source cannot read.
#pragma once

#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/routing/split_by.hpp>
#include <tidemark/operators/sources/bad_record.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// How many bad records an input may have in a run, at all workers together; one more, and the run
/// ends with an error that tells of it.
struct BadRecordOptions {
  std::uint64_t at_most = 1000;  ///< 0: the first one ends the run
};

/// A source that can go on behind what it cannot read, and gives it to SourceContext::on_bad.
template <typename S>
concept SourceWithBadRecords =
    PartitionedSource<S> && requires { requires bool(S::has_bad_records); };

namespace detail {

/// A source of the records of another, and of its bad ones.
template <typename S>
class WithBad {
 public:
  using item_type = std::variant<typename S::item_type, BadRecord>;
  using positions_of = S;

  WithBad(S source, BadRecordOptions options) : source_(std::move(source)), options_(options) {}

  std::vector<std::string> parts() const
    requires requires(const S& s) { s.parts(); }
  {
    return source_.parts();
  }
  std::vector<std::string> parts_at(std::uint32_t worker, std::uint32_t workers) const
    requires requires(const S& s) { s.parts_at(worker, workers); }
  {
    return source_.parts_at(worker, workers);
  }
  bool gives_again() const
    requires requires(const S& s) { s.gives_again(); }
  {
    return source_.gives_again();
  }
  std::string file_of(const std::string& part) const
    requires requires(const S& s) { s.file_of(part); }
  {
    return source_.file_of(part);
  }
  std::unique_ptr<SourcePart<item_type>> open(const std::string& part,
                                              const SourceContext& context) const {
    return std::make_unique<Part>(source_, part, context, options_);
  }

 private:
  class Part final : public SourcePart<item_type> {
   public:
    Part(const S& source, const std::string& part, const SourceContext& context,
         BadRecordOptions options) {
      SourceContext inner = context;
      inner.on_bad = [this, options, count = context.count_bad](const BadRecord& bad) {
        if (count && count() > options.at_most && too_many_.empty())
          too_many_ = "more than " + std::to_string(options.at_most) +
                      " bad records in this run; the last of them: " + bad.file + ", " +
                      bad.place() + ": " + bad.reason;
        bad_.push_back(bad.readable());
      };
      part_ = source.open(part, inner);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    Poll next_batch(std::vector<item_type>& batch) override {
      if (!too_many_.empty()) throw FileError(too_many_);  // when all before it have been given
      items_.clear();
      bad_.clear();
      const Poll next = part_->next_batch(items_);
      for (auto& item : items_) batch.emplace_back(std::in_place_index<0>, std::move(item));
      for (BadRecord& bad : bad_) batch.emplace_back(std::in_place_index<1>, std::move(bad));
      return too_many_.empty() ? next : Poll{Poll::State::more, {}};
    }
    std::optional<std::string> position() const override { return part_->position(); }
    void interrupted() override { part_->interrupted(); }

   private:
    std::unique_ptr<SourcePart<typename S::item_type>> part_;
    std::vector<typename S::item_type> items_;
    std::vector<BadRecord> bad_;
    std::string too_many_;
  };

  S source_;
  BadRecordOptions options_;
};

}  // namespace detail

/// Begins two streams: the records of `source`, as `input` does, and what it could not read, in the
/// same epochs. What stands there is readable text (BadRecord::readable), so that the stream may go
/// to any sink: JSONLinesOutput is a good one. A run that goes on gives neither again. An input
/// that has more bad records than `bad` allows ends the run with an error, when all before it have
/// been given.
///
///     auto [orders, bad] =
///         input_with_bad(flow, "orders", CSVInput("orders.csv"), {.at_most = 10});
template <typename Where, typename S>
auto input_with_bad(Where& where, std::string id, S source, BadRecordOptions bad = {},
                    InputOptions options = {}) {
  static_assert(SourceWithBadRecords<S>,
                "input_with_bad: the source must be one that can go on behind what it cannot read, "
                "as CSVInput and JSONLinesInput are");
  return input(where, std::move(id), detail::WithBad<S>(std::move(source), bad), options) |
         split_by();
}

}  // namespace tidemark
