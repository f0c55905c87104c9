// SPDX-License-Identifier: MIT
//
// recorded: a source whose records are kept in a file as they are read, for a replay of the run.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/operators/sources/record_log.hpp>
#include <tidemark/operators/sources/source.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Gives the records of `source`, and writes them to files, one for each part: `path` and the name
/// of the part, in which / is %2F and % is %25. In a replay (Config::replay) it reads them there,
/// and `source` is not opened. For what does not give its records again: a pipe, a function that is
/// polled. Records need a Codec.
///
///     input(flow, "thermometer", recorded(SimplePollingInput(1min, read_thermometer), "log."))
template <typename S>
class Recorded {
 public:
  using item_type = typename S::item_type;  ///< what it gives
  using positions_of = S;                   ///< an input goes on where one of the source alone was

  /// `path` is what the paths of the files begin with. Touches none.
  Recorded(S source, std::string path) : source_(std::move(source)), path_(std::move(path)) {}

  ///@{
  /// As PartitionedSource or DynamicSource says (source.hpp), as the source does. Parts throw
  /// FileError.
  bool gives_again() const { return true; }
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
  std::unique_ptr<SourcePart<item_type>> open(const std::string& part,
                                              const SourceContext& context) const
    requires PartitionedSource<S>
  {
    const std::string path = path_ + detail::in_a_path(part);
    if (context.replays) return std::make_unique<Replayed>(path);
    return std::make_unique<Kept>(source_.open(part, context), path);
  }
  std::unique_ptr<SourcePart<item_type>> build(const SourceContext& context) const
    requires DynamicSource<S>
  {
    const std::string path = path_ + std::to_string(context.worker);
    if (context.replays) return std::make_unique<Replayed>(path);
    return std::make_unique<Kept>(source_.build(context), path);
  }
  ///@}

 private:
  class Kept final : public SourcePart<item_type> {
   public:
    Kept(std::unique_ptr<SourcePart<item_type>> part, const std::string& path)
        : part_(std::move(part)),
          log_(path) {}

    Poll next_batch(std::vector<item_type>& batch) override {
      const std::size_t before = batch.size();
      const Poll next = part_->next_batch(batch);
      for (std::size_t i = before; i != batch.size(); ++i) log_.add(to_bytes(batch[i]));
      log_.flush();
      return next;
    }
    std::optional<std::string> position() const override { return part_->position(); }
    void interrupted() override { part_->interrupted(); }

   private:
    std::unique_ptr<SourcePart<item_type>> part_;
    detail::RecordLog log_;
  };

  class Replayed final : public SourcePart<item_type> {
   public:
    explicit Replayed(const std::string& path) : records_(path) {}

    Poll next_batch(std::vector<item_type>& batch) override {
      for (int records = 0; records != 1000; ++records) {
        const std::optional<std::string> bytes = records_.next();
        if (!bytes) return {Poll::State::end, std::nullopt};
        batch.push_back(from_bytes<item_type>(*bytes));
      }
      return {};
    }

   private:
    detail::RecordLogReader records_;
  };

  S source_;
  std::string path_;
};

/// The source, recorded. The class does not tell a source of files from others, so two inputs that
/// read one pipe are not refused.
template <typename S>
Recorded<S> recorded(S source, std::string path) {
  static_assert(PartitionedSource<S> || DynamicSource<S>,
                "recorded: the first argument must be a source, as input takes one");
  static_assert(Encodable<typename S::item_type>,
                "recorded: the source's records must have a tidemark::Codec");
  return Recorded<S>(std::move(source), std::move(path));
}

}  // namespace tidemark
