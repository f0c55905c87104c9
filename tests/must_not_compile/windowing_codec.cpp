// SPDX-License-Identifier: MIT
//
// A window step: an accumulator that nothing can save.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>

#include <list>
#include <utility>

using namespace tidemark;

using All = std::list<int>;

#ifndef MISTAKE
template <>
struct tidemark::Codec<All> : tidemark::NotSaved {};
#endif

auto step(FlowStream<std::pair<int, int>> records) {
  const TumblingWindow seconds(std::chrono::seconds(1), EventTime());
  return records | fold_window(
                       "all", SystemClock{}, seconds, [] { return All(); },
                       [](All all, int value) {
                         all.push_back(value);
                         return all;
                       });
}
