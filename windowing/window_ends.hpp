// SPDX-License-Identifier: MIT
//
// The two outputs of a window step, results and late values, and the rights to send there.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/window_results.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tidemark::detail {

/// The right to send results at a timestamp or later, and late values if somebody wants them.
template <Timestamp T>
struct WindowRights {
  Capability<T> out;
  std::optional<Capability<T>> late;

  T time() const { return out.time(); }
  WindowRights delayed(const T& time) const {
    WindowRights later{out.delayed(time), {}};
    if (late) later.late.emplace(late->delayed(time));
    return later;
  }
  void downgrade(const T& time) {
    out.downgrade(time);
    if (late) late->downgrade(time);
  }
};

/// Where a window step sends: by a batch in hand at its timestamp, or by rights that it has kept.
/// Late values have rights and an output only if somebody takes them. O(1) each. Thread: its
/// worker.
template <Timestamp T, KeyedItem Item, typename Work>
class WindowEnds {
 public:
  using Key = typename Item::first_type;
  using Results = WindowResults<T, Key, typename Item::second_type, Work>;
  using Out = typename Results::Out;
  using LateOut = typename Results::LateOut;

  /// Where to send at one timestamp.
  struct At {
    Emitter<T, Out>& out;
    Emitter<T, LateOut>* late;  ///< null if nobody wants any

    Results results(Work& work, const Key& key) const { return {work, key, out, late}; }
  };

  WindowEnds(OutputPort<T, Out>& out, OutputPort<T, LateOut>& late,
             std::shared_ptr<const bool> late_wanted)
      : out_(&out),
        late_(&late),
        late_wanted_(std::move(late_wanted)) {}

  WindowRights<T> retain(const Batch<T, Item>& batch) {
    WindowRights<T> rights{out_->retain(batch), {}};
    if (*late_wanted_) rights.late.emplace(late_->retain(batch));
    return rights;
  }

  At at(const Batch<T, Item>& batch) {
    return {out_->at(batch), *late_wanted_ ? &late_->at(batch) : nullptr};
  }
  At at(const WindowRights<T>& by) {
    return {out_->at(by.out), by.late ? &late_->at(*by.late) : nullptr};
  }

 private:
  OutputPort<T, Out>* out_;
  OutputPort<T, LateOut>* late_;
  std::shared_ptr<const bool> late_wanted_;  // known when the dataflow has been built
};

}  // namespace tidemark::detail
