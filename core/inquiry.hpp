// SPDX-License-Identifier: MIT
//
// Inquiries: a question to all workers, what they hold of a dataflow, and the explanations that
// follow from the answers.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The channel of the envelopes that carry the question.
inline constexpr std::uint32_t inquiry_channel = ~std::uint32_t{0};

/// One thing that a worker holds.
template <Timestamp T>
struct Holding {
  Pointstamp<T> pointstamp;
  Explanation::Holder::Kind kind{};
};

/// What the workers have answered so far, each at the end of a step. Thread: any.
template <Timestamp T>
class Inquiry {
 public:
  using Holdings = std::vector<Holding<T>>;

  explicit Inquiry(std::uint32_t workers) : answers_(workers) {}

  /// The first answer of a worker counts.
  void answer(std::uint32_t worker, Holdings holdings) {
    const std::lock_guard lock(mutex_);
    if (!answers_[worker]) answers_[worker] = std::move(holdings);
  }

  /// By worker; nullopt: has not answered yet.
  std::vector<std::optional<Holdings>> answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::optional<Holdings>> answers_;
};

/// The question in a worker's mailbox. A worker that has no such dataflow any more gives the
/// envelope back, which says that it holds nothing.
template <Timestamp T>
class InquiryEnvelope final : public Envelope {
 public:
  InquiryEnvelope(std::shared_ptr<Inquiry<T>> inquiry, std::uint32_t dataflow_index,
                  std::uint32_t worker)
      : inquiry_(std::move(inquiry)),
        worker_(worker) {
    dataflow = dataflow_index;
    channel = inquiry_channel;
  }

  void answer(typename Inquiry<T>::Holdings holdings) {
    inquiry_->answer(worker_, std::move(holdings));
  }
  void release() override {
    answer({});
    delete this;
  }
  bool describe(TraceEvent&) const override { return false; }

 private:
  std::shared_ptr<Inquiry<T>> inquiry_;
  std::uint32_t worker_;
};

/// Why `time` can still appear at `location`: the causes by `counts`, and who holds them by
/// `answers`. Leaves `subject`, `sequence` and `busy` to the caller.
template <Timestamp T>
Explanation explanation_of(const Topology<T>& topology, std::span<const Counted<T>> counts,
                           const std::vector<std::optional<std::vector<Holding<T>>>>& answers,
                           LocationId location, const T& time) {
  Explanation explanation{.location = location,
                          .name = topology.describe(location),
                          .time = to_text(time, topology.depth(location))};
  for (const Cause<T>& cause : explain(topology, counts, location, time)) {
    Explanation::Cause& told = explanation.causes.emplace_back();
    told.count = told.in_flight = cause.count;
    for (const auto& [at, when] : cause.path)
      told.path.push_back({at, topology.describe(at), to_text(when, topology.depth(at))});
    for (std::uint32_t worker = 0; worker != answers.size(); ++worker) {
      if (!answers[worker]) continue;
      for (const auto& [pointstamp, kind] : *answers[worker]) {
        if (pointstamp != cause.path.front()) continue;
        auto& holders = told.holders;
        if (holders.empty() || holders.back().worker != worker || holders.back().kind != kind)
          holders.push_back({worker, kind, 0});
        ++holders.back().count;
        if (told.in_flight > 0) --told.in_flight;
      }
    }
  }
  return explanation;
}

}  // namespace tidemark
