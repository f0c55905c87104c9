// SPDX-License-Identifier: MIT
#include <tidemark/viz/dot_graph.hpp>

#include <graphviz/cgraph.h>

#include <cstdio>
#include <cstdlib>
#include <new>

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

/// libcgraph sorts subgraphs by their ids, which it would make of addresses: we count instead. It
/// keeps the names itself, of ids that it gets without one.
Agiddisc_t counting_ids = {
    .open = [](Agraph_t*, Agdisc_t*) -> void* { return new IDTYPE(0); },
    .map = [](void* count, int, char* name, IDTYPE* id, int create) -> long {
      if (name != nullptr || create == 0) return 0;
      *id = ++*static_cast<IDTYPE*>(count);
      return 1;
    },
    .alloc = [](void*, int, IDTYPE) -> long { return 0; },
    .free = [](void*, int, IDTYPE) {},
    .print = [](void*, int, IDTYPE) -> char* { return nullptr; },
    .close = [](void* count) { delete static_cast<IDTYPE*>(count); },
    .idregister = [](void*, int, void*) {},
};
Agdisc_t discipline = {.mem = nullptr, .id = &counting_ids, .io = nullptr};

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
