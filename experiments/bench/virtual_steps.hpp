// SPDX-License-Identifier: MIT
//
// A chain of steps as one would write it by hand, if a step is to know the next only at run time.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark::bench {

/// Does `work` on each record in each of `steps` virtual calls, and adds it up in a last one.
template <typename Work>
class VirtualChain {
 public:
  explicit VirtualChain(std::uint64_t steps, Work = {})
      : last_(std::make_unique<Sum>()),
        first_(last_.get()) {
    for (std::uint64_t i = 0; i != steps; ++i) {
      steps_.push_back(std::make_unique<Pass>());
      steps_.back()->next = std::exchange(first_, steps_.back().get());
    }
    benchmark::DoNotOptimize(first_);
  }

  void push(std::uint64_t record) { first_->push(record); }
  std::uint64_t sum() const { return last_->sum; }

 private:
  struct Step {
    virtual ~Step() = default;
    virtual void push(std::uint64_t record) = 0;
  };
  struct Pass final : Step {
    void push(std::uint64_t record) override { next->push(Work{}(record)); }
    Step* next = nullptr;
  };
  struct Sum final : Step {
    void push(std::uint64_t record) override { sum += record; }
    std::uint64_t sum = 0;
  };

  std::unique_ptr<Sum> last_;
  std::vector<std::unique_ptr<Pass>> steps_;
  Step* first_;
};

}  // namespace tidemark::bench
