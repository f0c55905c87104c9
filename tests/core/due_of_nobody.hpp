// SPDX-License-Identifier: MIT
//
// Due bits of nobody, for what is tested without a worker.
#pragma once

#include <tidemark/core/handover/due_bits.hpp>

namespace tidemark::tests {

struct DueOfNobody {
  struct Nobody final : Wakeable {
    void wake() override {}
  };
  Nobody nobody;
  DueBits bits{nobody};
  DueMark mark{&bits, 1};
};

}  // namespace tidemark::tests
