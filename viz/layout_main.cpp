// SPDX-License-Identifier: MIT
//
// tidemark-layout FORMAT: reads DOT on standard input, writes a picture (svg, png, pdf, or dot with
// positions) on standard output. A program of its own because libgvc knows one thread only, and
// can crash or take for ever; see layout.hpp. Exits with 2 if the picture would be too large.
#include <graphviz/gvc.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace {

constexpr unsigned lifetime_limit_s = 600;  // also of a child whose parent is gone

[[noreturn]] void fail(const std::string& why, int status = 1) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(status);
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

constexpr double points_per_inch = 72;
constexpr double png_dpi = 192;
constexpr double png_side = 32'767;  // pixels; cairo draws no more, and Graphviz shrinks what has
constexpr double png_area = 250'000'000;  // pixels, four bytes each
constexpr double pdf_side = 14'400;       // points, as PDF 1.5 has it

/// Refuses a picture that would be shrunk until nobody can read it, or that few programs can open.
void check_size(Agraph_t* graph, const std::string& format) {
  const char* size = agget(graph, const_cast<char*>("size"));
  if (size != nullptr && *size != '\0') return;  // it says itself how far it is to be shrunk
  const boxf& box = GD_bb(graph);
  const double width = box.UR.x - box.LL.x;
  const double height = box.UR.y - box.LL.y;
  const bool fits_pdf = std::max(width, height) <= pdf_side;
  const auto refuse = [](double w, double h, const char* unit, const std::string& limit) {
    fail("the picture would have " + std::to_string(std::lround(w)) + " by " +
             std::to_string(std::lround(h)) + " " + unit + ", and " + limit,
         2);
  };
  if (format == "pdf" && !fits_pdf)
    refuse(width, height, "points", "a page of PDF has at most 14400 a side: use SVG");
  const double scale = png_dpi / points_per_inch;
  const char* instead = fits_pdf ? ": use SVG or PDF" : ": use SVG";
  if (format == "png" && std::max(width, height) * scale > png_side)
    refuse(width * scale, height * scale, "pixels",
           std::string("a PNG is drawn with at most 32767 a side") + instead);
  if (format == "png" && width * height * scale * scale > png_area)
    refuse(width * scale, height * scale, "pixels",
           std::string("a PNG is drawn with at most 250 million") + instead);
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
  if (format == "png") agattr(graph, AGRAPH, dpi, std::to_string(png_dpi).data());

  GVC_t* context = gvContext();
  if (gvLayout(context, graph, "dot") != 0) {
    fail("Graphviz cannot lay out the graph" + complaint());
  }
  check_size(graph, format);
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
