// SPDX-License-Identifier: MIT
//
// DOT read back with libcgraph, as any Graphviz program would.
#pragma once

#include <map>
#include <set>
#include <string>

namespace tidemark::tests {

using Attributes = std::map<std::string, std::string>;

struct Parsed {
  struct Edge {
    std::string tail;
    std::string head;
    Attributes attributes;
  };
  struct Cluster {
    std::string parent;           ///< its id; empty: the graph itself
    std::set<std::string> nodes;  ///< those of inner clusters too
    Attributes attributes;
  };
  std::string label;
  std::map<std::string, Attributes> nodes;
  std::map<std::string, Edge> edges;        ///< by id; what is invisible has none, and is left out
  std::map<std::string, Cluster> clusters;  ///< by id
};

Parsed parse(const std::string& dot);

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tidemark::tests
