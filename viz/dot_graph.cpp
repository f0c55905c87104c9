// SPDX-License-Identifier: MIT
#include <tidemark/viz/dot_graph.hpp>

#include <graphviz/cgraph.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <utility>
#include <vector>

namespace tidemark::detail {
namespace {

std::mutex cgraph_mutex;

/// libcgraph takes mutable strings, and copies them.
char* writable(const char* text) {
  return const_cast<char*>(text);
}
char* writable(const std::string& text) {
  return writable(text.c_str());
}

/// The ids of a graph's objects, by kind and name, in the order of creation. libcgraph sorts
/// subgraphs by them; by itself it takes addresses of the names.
class Ids {
 public:
  explicit Ids(Agraph_t* graph) : graph_(graph) {}

  bool find(int kind, char* name, bool create, IDTYPE& id) {
    const std::pair key(kind, std::string(name == nullptr ? "" : name));
    if (!create && !ids_.contains(key)) return false;
    id = ids_.try_emplace(key, names_.size() + 1).first->second;
    if (id > names_.size()) names_.push_back(agstrdup(graph_, writable(key.second)));
    return true;
  }
  char* name(IDTYPE id) const { return names_.at(id - 1); }

 private:
  Agraph_t* graph_;  // frees the names
  std::map<std::pair<int, std::string>, IDTYPE> ids_;
  std::vector<char*> names_;  // by id, from 1; libcgraph asks for strings of its own
};

Agiddisc_t id_discipline = {
    .open = [](Agraph_t* graph, Agdisc_t*) -> void* { return new Ids(graph); },
    .map = [](void* ids, int kind, char* name, IDTYPE* id, int create) -> long {
      return static_cast<Ids*>(ids)->find(kind, name, create != 0, *id) ? 1 : 0;
    },
    .alloc = [](void*, int, IDTYPE) -> long { return 0; },
    .free = [](void*, int, IDTYPE) {},
    .print = [](void* ids, int, IDTYPE id) { return static_cast<Ids*>(ids)->name(id); },
    .close = [](void* ids) { delete static_cast<Ids*>(ids); },
    .idregister = [](void*, int, void*) {},
};
Agdisc_t discipline = {.mem = nullptr, .id = &id_discipline, .io = nullptr};

}  // namespace

DotGraph::DotGraph()
    : lock_(cgraph_mutex),
      graph_(agopen(writable("flow"), Agdirected, &discipline), &agclose) {
  if (!graph_) throw std::bad_alloc();
}

void DotGraph::declare(Kind kind, const char* name, const char* value) {
  const int cgraph_kind = kind == Kind::graph ? AGRAPH : kind == Kind::node ? AGNODE : AGEDGE;
  agattr(root(), cgraph_kind, writable(name), writable(value));
}

void DotGraph::set(void* object, const char* name, const std::string& value) {
  agset(object, writable(name), writable(value));
}

void DotGraph::set_html(void* object, const char* name, const std::string& html) {
  char* text = agstrdup_html(root(), writable(html));
  agset(object, writable(name), text);
  agstrfree(root(), text);
}

DotGraph::Cluster DotGraph::cluster(Cluster parent, const std::string& name) {
  return agsubg(parent, writable("cluster_" + name), 1);
}

DotGraph::Node DotGraph::node(Cluster parent, const std::string& name) {
  return agnode(parent, writable(name), 1);
}

void* DotGraph::edge(Node tail, Node head, const std::string& key) {
  return agedge(root(), tail, head, writable(key), 1);
}

std::string DotGraph::text() {
  char* bytes = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&bytes, &size);
  if (file == nullptr) throw std::bad_alloc();
  agwrite(root(), file);
  std::fclose(file);
  std::string result(bytes, size);
  std::free(bytes);
  return result;
}

}  // namespace tidemark::detail
