// SPDX-License-Identifier: MIT
//
// input: a source that does not say how its parts are opened.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/ends/input.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace tidemark;

struct Lines {
  using item_type = int;
  std::vector<std::string> parts() const { return {}; }
#ifdef MISTAKE
  std::unique_ptr<SourcePart<int>> open(const std::string&) const { return nullptr; }
#else
  std::unique_ptr<SourcePart<int>> open(const std::string&, const SourceContext&) const {
    return nullptr;
  }
#endif
};

auto step(Dataflow& flow) {
  return input(flow, "in", Lines{});
}
