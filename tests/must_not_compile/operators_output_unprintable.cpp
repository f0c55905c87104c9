// SPDX-License-Identifier: MIT
//
// output: a text sink prints what print_item prints, and no more.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/sinks/std_output.hpp>

#include <utility>
#include <vector>

using namespace tidemark;

struct Unprintable {};

#ifdef MISTAKE
using Record = std::pair<int, std::vector<Unprintable>>;
#else
using Record = std::pair<int, std::vector<std::pair<char, double>>>;
#endif

auto step(FlowStream<Record> records) {
  return records | output("out", StdOutput{});
}
