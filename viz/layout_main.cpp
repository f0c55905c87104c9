// SPDX-License-Identifier: MIT
//
// tidemark-layout FORMAT: reads DOT on standard input, writes a picture (svg, png, pdf, or dot with
// positions) on standard output. A program of its own because libgvc knows one thread only, and
// can crash or take for ever; see layout.hpp.
#include <graphviz/gvc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace {

constexpr unsigned lifetime_limit_s = 600;  // also of a child whose parent is gone

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
}

std::string complaints;

/// Graphviz hands over its messages in pieces.
int collect(char* piece) {
  complaints += piece;
  return 0;
}

/// ": why" on one line, as far as Graphviz said.
std::string complaint() {
  std::replace(complaints.begin(), complaints.end(), '\n', ' ');
  return complaints.empty() ? "" : ": " + complaints.substr(0, 400);
}

std::string read_all(std::FILE* file) {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, count);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) fail("usage: tidemark-layout svg|png|pdf|dot < graph.dot > picture");
  const std::string format = argv[1];
  agseterrf(collect);
  alarm(lifetime_limit_s);

  const std::string dot = read_all(stdin);
  Agraph_t* graph = agmemread(dot.c_str());
  if (graph == nullptr) fail("the input is not a graph in the DOT language" + complaint());
  char dpi[] = "dpi";
  char png_dpi[] = "192";
  if (format == "png") agattr(graph, AGRAPH, dpi, png_dpi);

  GVC_t* context = gvContext();
  if (gvLayout(context, graph, "dot") != 0) {
    fail("Graphviz cannot lay out the graph" + complaint());
  }
  char* picture = nullptr;
  unsigned size = 0;
  if (gvRenderData(context, graph, format.c_str(), &picture, &size) != 0) {
    fail("Graphviz cannot write " + format + complaint());
  }
  // A label that cannot be parsed is drawn as something else, and reported here only.
  if (agerrors() >= AGERR) fail("Graphviz found a mistake in the graph" + complaint());
  if (std::fwrite(picture, 1, size, stdout) != size || std::fflush(stdout) != 0) {
    fail("the picture cannot be written");
  }
  // Nothing is freed: gvFreeLayout (Graphviz 2.42) frees twice in some graphs with edge labels.
  std::_Exit(0);
}
