// SPDX-License-Identifier: MIT
//
// A graph of libcgraph, as far as pictures need it, behind types that are ours.
#pragma once

#include <memory>
#include <mutex>
#include <string>

struct Agraph_s;  // of <graphviz/cgraph.h>, whose macros stay out of headers
struct Agnode_s;

namespace tidemark::detail {

/// A directed graph with attributes, written as DOT by libcgraph, which alone knows how to quote.
/// Objects are kept and written in the order of creation. libcgraph has global state: each graph
/// holds a lock of the process while it exists.
class DotGraph {
 public:
  using Node = Agnode_s*;
  using Cluster = Agraph_s*;
  enum class Kind { graph, node, edge };

  DotGraph();

  /// Declares an attribute of all objects of `kind`. Setting an undeclared one has no effect.
  void declare(Kind kind, const char* name, const char* value);

  /// Sets a graph, node or edge attribute; `set_html` to an HTML-like label.
  void set(void* object, const char* name, const std::string& value);
  void set_html(void* object, const char* name, const std::string& html);

  Cluster root() { return graph_.get(); }
  Cluster cluster(Cluster parent, const std::string& name);
  Node node(Cluster parent, const std::string& name);
  void* edge(Node tail, Node head, const std::string& key);

  std::string text();

 private:
  std::unique_lock<std::mutex> lock_;
  std::unique_ptr<Agraph_s, int (*)(Agraph_s*)> graph_;
};

}  // namespace tidemark::detail
