// SPDX-License-Identifier: MIT
#include <tidemark/core/flow_json.hpp>
#include <tidemark/core/trace/graph_json.hpp>

namespace tidemark {

std::string to_json(const FlowGraph& flow) {
  return json_of(flow).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark
