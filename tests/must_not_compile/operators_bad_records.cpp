// SPDX-License-Identifier: MIT
//
// input_with_bad takes sources that can go on behind a bad record; lines of a file are never bad.
#include <tidemark/operators/ends/input_with_bad.hpp>
#include <tidemark/operators/sources/csv_input.hpp>

namespace tidemark {

#ifdef MISTAKE
using Source = FileInput;
#else
using Source = CSVInput;
#endif

auto build(Dataflow& flow) {
  return input_with_bad(flow, "in", Source("file"), {.at_most = 3});
}

}  // namespace tidemark
