// SPDX-License-Identifier: MIT
#include <graphviz/cgraph.h>
#include <tests/support.hpp>
#include <tests/viz/parsed_dot.hpp>

#include <memory>

namespace tidemark::tests {
namespace {

Attributes attributes(Agraph_t* graph, int kind, void* object) {
  Attributes all;
  for (Agsym_t* at = nullptr; (at = agnxtattr(graph, kind, at)) != nullptr;) {
    all[at->name] = agxget(object, at);
  }
  return all;
}

void add_clusters(Parsed& parsed, Agraph_t* root, Agraph_t* parent, const std::string& parent_id) {
  for (Agraph_t* sub = agfstsubg(parent); sub != nullptr; sub = agnxtsubg(sub)) {
    Parsed::Cluster cluster{
        .parent = parent_id, .nodes = {}, .attributes = attributes(root, AGRAPH, sub)};
    const std::string id = cluster.attributes["id"];
    CHECK(agnameof(sub) == "cluster_" + id);
    for (Agnode_t* node = agfstnode(sub); node != nullptr; node = agnxtnode(sub, node)) {
      cluster.nodes.insert(agnameof(node));
    }
    parsed.clusters[id] = std::move(cluster);
    add_clusters(parsed, root, sub, id);
  }
}

}  // namespace

Parsed parse(const std::string& dot) {
  const std::unique_ptr<Agraph_t, int (*)(Agraph_t*)> graph(agmemread(dot.c_str()), &agclose);
  REQUIRE(graph);
  Parsed parsed;
  parsed.label = attributes(graph.get(), AGRAPH, graph.get())["label"];
  for (Agnode_t* node = agfstnode(graph.get()); node != nullptr;
       node = agnxtnode(graph.get(), node)) {
    parsed.nodes[agnameof(node)] = attributes(graph.get(), AGNODE, node);
    for (Agedge_t* edge = agfstout(graph.get(), node); edge != nullptr;
         edge = agnxtout(graph.get(), edge)) {
      Attributes of_edge = attributes(graph.get(), AGEDGE, edge);
      if (of_edge["style"] == "invis") continue;
      const std::string id = of_edge["id"];
      parsed.edges[id] = {agnameof(agtail(edge)), agnameof(aghead(edge)), of_edge};
    }
  }
  add_clusters(parsed, graph.get(), graph.get(), "");
  return parsed;
}

}  // namespace tidemark::tests
