// SPDX-License-Identifier: MIT
//
// Inquiries: a question to all workers, what they hold of a dataflow, and the explanations that
// follow from the answers.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/event_time.hpp>
#include <tidemark/core/observe/explanation_of.hpp>
#include <tidemark/core/observe/ledger_cut.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/ledger.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The channel of the envelopes that carry the question.
inline constexpr std::uint32_t inquiry_channel = ~std::uint32_t{0};

/// What the workers have answered so far, each at the end of a step. The ledger is looked at when
/// the last of them answers, so that of a run that stands still the two agree. Thread: any.
template <Timestamp T>
class Inquiry final : public Question {
 public:
  using Holdings = std::vector<Holding<T>>;
  using Cut = std::function<LedgerCut<T>()>;
  using Running = std::function<std::string(std::uint32_t worker)>;
  using NameOf = std::function<std::string(const PartId&)>;

  Inquiry(std::uint32_t workers, std::shared_ptr<const Topology<T>> topology,
          std::vector<AskedAbout<T>> about, Cut cut, Running running, NameOf name_of)
      : topology_(std::move(topology)),
        about_(std::move(about)),
        take_cut_(std::move(cut)),
        running_(std::move(running)),
        name_of_(std::move(name_of)),
        missing_(workers),
        answers_(workers) {}

  /// The first answer of a worker counts.
  void answer(std::uint32_t worker, Holdings holdings) {
    {
      const std::lock_guard lock(mutex_);
      if (answers_[worker]) return;
      answers_[worker] = std::move(holdings);
      if (--missing_ != 0) return;
    }
    LedgerCut<T> cut = take_cut_();
    const std::lock_guard lock(mutex_);
    cut_ = std::move(cut);
  }

  bool answered() const override {
    const std::lock_guard lock(mutex_);
    return cut_.has_value();
  }

  std::vector<Explanation> explain() const override {
    std::vector<std::optional<Holdings>> answers;
    std::optional<LedgerCut<T>> cut;
    {
      const std::lock_guard lock(mutex_);
      answers = answers_;
      cut = cut_;
    }
    if (!cut) cut = take_cut_();
    std::vector<Explanation> explanations;
    for (const AskedAbout<T>& about : about_) {
      const Antichain<T>& frontier = cut->frontiers[about.location.value];
      if (!about.time && frontier.empty()) continue;
      const PathsTo<T> paths(*topology_, about.location);
      const auto tell = [&](const T& time) {
        explanations.push_back(explanation_of(paths, *cut, answers, running_, about, time));
      };
      if (about.time) {
        tell(*about.time);
      } else {
        for (const T& time : frontier) tell(time);
      }
    }
    for (const auto& hold : cut->watermarks)
      if (!hold.parts.empty()) explanations.push_back(of_watermark(hold, *cut));
    return explanations;
  }

 private:
  /// Why the watermark of a step stands where it stands.
  Explanation of_watermark(const typename Watermarks<T>::Hold& hold,
                           const LedgerCut<T>& cut) const {
    const auto step_at = [&](LocationId location) {
      return topology_->operators()[topology_->operator_of(location).value].name;
    };
    Explanation explanation{.subject = "watermark of '" + step_at(hold.port) + "'",
                            .location = hold.port,
                            .name = topology_->describe(hold.port),
                            .time = to_iso8601(EventTime(std::chrono::nanoseconds(hold.mark))),
                            .state = cut.state};
    for (const PartId& part : hold.parts)
      explanation.parts.push_back(
          {part.source, step_at(part.source), name_of_(part), part.worker, hold.idle});
    return explanation;
  }

  std::shared_ptr<const Topology<T>> topology_;
  std::vector<AskedAbout<T>> about_;
  Cut take_cut_;
  Running running_;
  NameOf name_of_;

  mutable std::mutex mutex_;
  std::uint32_t missing_;
  std::vector<std::optional<Holdings>> answers_;  // by worker; nullopt: has not answered yet
  std::optional<LedgerCut<T>> cut_;
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
  bool has_records() const override { return false; }
  void release() override {
    answer({});
    delete this;
  }

 private:
  std::shared_ptr<Inquiry<T>> inquiry_;
  std::uint32_t worker_;
};

}  // namespace tidemark
