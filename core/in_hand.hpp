// SPDX-License-Identifier: MIT
//
// In hand: the batch that an operator's logic is passed.
#pragma once

#include <tidemark/progress/location.hpp>

namespace tidemark {

/// @cond engine

/// A batch that an operator's logic has in hand, and the input by which it came. One that was taken
/// up while another was in hand has that `outside` it.
struct InHand {
  const void* batch = nullptr;
  TargetPort input;
  const InHand* outside = nullptr;
};

/// Puts a batch in hand for as long as it lives.
class TakenInHand {
 public:
  TakenInHand(const InHand*& innermost, const InHand& batch) : innermost_(&innermost), now_(batch) {
    now_.outside = innermost;
    innermost = &now_;
  }
  TakenInHand(const TakenInHand&) = delete;
  TakenInHand& operator=(const TakenInHand&) = delete;
  ~TakenInHand() { *innermost_ = now_.outside; }

 private:
  const InHand** innermost_;
  InHand now_;
};

/// @endcond

}  // namespace tidemark
