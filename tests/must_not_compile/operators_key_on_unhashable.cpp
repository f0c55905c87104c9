// SPDX-License-Identifier: MIT
//
// key_on: a key without a hash.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/key_on.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tidemark;

#ifdef MISTAKE
using Key = std::vector<int>;
#else
using Key = std::pair<int, std::string>;
#endif

auto step(FlowStream<int> records) {
  return records | key_on([](int) { return Key(); });
}
