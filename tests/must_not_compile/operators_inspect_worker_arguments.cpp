// SPDX-License-Identifier: MIT
//
// inspect_worker: the record first, then the worker.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/stateless/inspect.hpp>

#include <cstdint>
#include <string>

using namespace tidemark;

auto step(FlowStream<std::string> words) {
#ifdef MISTAKE
  return words | inspect_worker([](std::uint32_t, const std::string&) {});
#else
  return words | inspect_worker([](const std::string&, std::uint32_t) {});
#endif
}
