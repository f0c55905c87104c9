// SPDX-License-Identifier: MIT
//
// JoinMode: which values go into a row of a join, and when it is sent.
#pragma once

#if __has_include(<tidemark/operators/join_sides.hpp>)
#include <tidemark/operators/join_sides.hpp>
#else
namespace tidemark {

/// Which values of a side go into the row of a key.
enum class JoinInsert {
  first,    ///< the first value
  last,     ///< the last value
  product,  ///< every value, in a row with each of the other sides'
};

/// When the row of a key is sent.
enum class JoinEmit { complete, final, running };

struct JoinMode {
  JoinInsert insert = JoinInsert::last;
  JoinEmit emit = JoinEmit::complete;
};

}  // namespace tidemark
#endif
