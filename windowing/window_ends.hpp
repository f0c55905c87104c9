// SPDX-License-Identifier: MIT
//
// The two outputs of a window step, results and notices, and the rights to send there.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/window_results.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tidemark::detail {

/// The right to send results at a timestamp or later, and notices if somebody wants them.
template <Timestamp T>
struct WindowRights {
  Capability<T> out;
  std::optional<Capability<T>> notices;

  T time() const { return out.time(); }
  WindowRights delayed(const T& time) const {
    WindowRights later{out.delayed(time), {}};
    if (notices) later.notices.emplace(notices->delayed(time));
    return later;
  }
  void downgrade(const T& time) {
    out.downgrade(time);
    if (notices) notices->downgrade(time);
  }
};

/// Thread: its worker.
template <Timestamp T, KeyedItem Item, typename Work>
class WindowEnds {
 public:
  using Key = typename Item::first_type;
  using Results = WindowResults<T, Key, typename Item::second_type, Work>;
  using Out = typename Results::Out;
  using NoticeOut = typename Results::NoticeOut;

  /// Where to send at one timestamp.
  struct At {
    const Wanted& wanted;
    Emitter<T, Out>& out;
    Emitter<T, NoticeOut>* notices;  ///< null if nobody wants any

    Results results(Work& work, const Key& key) const { return {work, wanted, key, out, notices}; }
  };

  WindowEnds(OutputPort<T, Out>& out, OutputPort<T, NoticeOut>& notices,
             std::shared_ptr<const Wanted> wanted)
      : out_(&out),
        notices_(&notices),
        wanted_(std::move(wanted)) {}

  WindowRights<T> retain(const Batch<T, Item>& batch) {
    WindowRights<T> rights{out_->retain(batch), {}};
    if (notified()) rights.notices.emplace(notices_->retain(batch));
    return rights;
  }

  At at(const Batch<T, Item>& batch) {
    return {*wanted_, out_->at(batch), notified() ? &notices_->at(batch) : nullptr};
  }
  At at(const WindowRights<T>& by) {
    return {*wanted_, out_->at(by.out), by.notices ? &notices_->at(*by.notices) : nullptr};
  }

 private:
  /// Known when the dataflow has been built.
  bool notified() const { return wanted_->windows || wanted_->late; }

  OutputPort<T, Out>* out_;
  OutputPort<T, NoticeOut>* notices_;
  std::shared_ptr<const Wanted> wanted_;
};

}  // namespace tidemark::detail
