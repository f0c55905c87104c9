// SPDX-License-Identifier: MIT
//
// Layout: what comes back from the child process, and that nothing it does can harm this one.
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <tests/support.hpp>
#include <tests/viz/flows.hpp>
#include <tests/viz/xml.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tidemark::layout_test {
namespace {

namespace fs = std::filesystem;
using tests::Element;
using tests::word_count;
using tests::XmlReader;

/// A folder that is gone at the end of the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("tidemark-viz-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  const fs::path& path() const { return path_; }

  fs::path script(const std::string& commands) const {
    const fs::path file = path_ / "layout-program";
    std::ofstream(file) << "#!/bin/sh\n" << commands << '\n';
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t entries(const fs::path& path) {
  return std::distance(fs::directory_iterator(path), {});
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

/// What the error of a layout by `commands` says. Nothing of the child may be left after it.
std::string error_of(const std::string& commands, std::chrono::milliseconds limit,
                     const std::string& dot = "digraph {}") {
  const Folder folder;
  const auto descriptors = entries("/proc/self/fd");
  std::string what = "no error";
  try {
    render(dot, Format::svg, {.program = folder.script(commands), .time_limit = limit});
  } catch (const RenderError& error) {
    what = error.what();
  }
  CHECK(entries("/proc/self/fd") == descriptors);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child, not even a dead one
  return what;
}

constexpr auto plenty = std::chrono::seconds(60);

TEST_CASE("each format comes out as what it is", "[layout]") {
  const std::string dot = to_dot(word_count().flow, View::logical);
  CHECK(render(dot, Format::svg).starts_with("<svg "));
  CHECK(render(dot, Format::png).starts_with("\x89PNG"));
  CHECK(render(dot, Format::pdf).starts_with("%PDF"));
  const std::string positioned = render(dot, Format::dot);
  CHECK(positioned.starts_with("digraph"));
  CHECK(positioned.find("pos=") != std::string::npos);
}

TEST_CASE("ids, classes and titles of the SVG speak of the dataflow", "[layout]") {
  const tests::FlowBuilder builder = word_count();
  ProgressSnapshot state = builder.snapshot({"3"});
  state.ports[3].counts = {{"3", 4}};
  const std::string svg = render(to_dot(builder.flow, state), Format::svg);
  CHECK(svg.find("transparent") == std::string::npos);
  CHECK(svg.find("href") == std::string::npos);
  CHECK(svg.find("<!") == std::string::npos);

  const Element root = XmlReader::read(svg);
  std::vector<std::string> ids = root.ids();
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());

  const Element* count = root.find("op_2");
  REQUIRE(count != nullptr);
  CHECK(count->attribute("class") == "node operator");
  CHECK(count->texts("title").front() == "count (count_by_key)");
  const Element* port = root.find("op_2_i0");
  REQUIRE(port != nullptr);
  CHECK(port->attribute("class") == "port busy");
  CHECK(port->texts("title").front() == "count.in0: in flight 3 × 4; frontier {3}");
  CHECK(joined(port->texts("text")) == "▶ 3 × 4{3}");
  const Element* stream = root.find("stream_2");
  REQUIRE(stream != nullptr);
  CHECK(stream->attribute("class") == "edge exchange");
  CHECK(stream->texts("title").front() == "lines.out0 → redistribute.in0, exchange");
  CHECK(root.find("graph0")->texts("title").front() == "word count: progress at sequence 184");
}

TEST_CASE("the segments of the logical graph have a title and no text", "[layout]") {
  const Element root =
      XmlReader::read(render(to_dot(word_count().flow, View::logical), Format::svg));
  const Element* segment = root.find("segment_1");
  REQUIRE(segment != nullptr);
  CHECK(segment->attribute("class") == "cluster segment");
  CHECK(segment->texts("title").front() == "runs in one push");
  CHECK(segment->texts("text").empty());
}

TEST_CASE("any name comes out as it was written", "[layout]") {
  const std::string name =
      GENERATE(as<std::string>{}, "plain", R"(say "hi" & 'bye')", "<b>bold</b> <script>",
               "{x|y} [z] %s #1", R"(C:\new\temp\)", R"(\N \G \E \T \H \L \l\r\n)",
               R"(\\ \\\ \\\\N)", "&lt; &amp; &#955; &", "&nbsp; &unknown; &;", R"(&\N;&)",
               "]]> --> <!-- -->", "ÄÖÜ λ→∞ 日本語 ∅ 🌊", R"( HREF="#x")", "a-b--c", "-");
  tests::FlowBuilder builder(name);
  const auto from = builder.step(name, "", 0, 1);
  const auto fused = builder.fused("map", name, from);
  const auto to = builder.step("output", name, 1, 0);
  builder.connect(fused, to, Contract::exchange);
  ProgressSnapshot state = builder.snapshot({name});
  state.ports[0].counts = {{name, 2}};
  CAPTURE(name);
  for (const std::string& dot :
       {to_dot(builder.flow, View::logical), to_dot(builder.flow, View::physical)}) {
    const Element root = XmlReader::read(render(dot, Format::svg));
    CHECK(joined(root.find("op_0")->texts("text")) == name);
    CHECK(root.find("op_0")->texts("title").front() == name);
    CHECK(root.find("op_0_o0")->texts("title").front() == name + ".out0");
    CHECK(joined(root.find("step_1")->texts("text")) == name);
    CHECK(joined(root.find("op_1")->texts("text")) == name + "output");
    CHECK(root.find("stream_1")->texts("title").front() ==
          name + ".out0 → " + name + ".in0, exchange");
    CHECK(root.find("graph0")->texts("text").front() == name);
  }
  const Element root = XmlReader::read(render(to_dot(builder.flow, state), Format::svg));
  CHECK(joined(root.find("op_0_o0")->texts("text")) == "● " + name + " × 2{" + name + "}");
  CHECK(root.find("op_0_o0")->texts("title").front() ==
        name + ".out0: capabilities " + name + " × 2; frontier {" + name + "}");
}

TEST_CASE("a name of several lines has several lines", "[layout]") {
  tests::FlowBuilder builder("");
  builder.step("input", "one\ntwo\tthree", 0, 1);
  const Element root = XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg));
  CHECK(root.find("op_0")->texts("text") == std::vector<std::string>{"one", "two three", "input"});
  CHECK(root.find("op_0")->texts("title").front() == "one\ntwo three (input)");
}

TEST_CASE("a name of white space alone does no harm", "[layout]") {
  tests::FlowBuilder builder(" ");
  const auto from = builder.step(" ", "\n", 0, 1);
  const auto fused = builder.fused("\n\n", "\t", from);
  builder.fused("\n", "", fused);
  CHECK_NOTHROW(XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg)));
  CHECK_NOTHROW(XmlReader::read(render(to_dot(builder.flow, View::physical), Format::svg)));
}

TEST_CASE("bytes that are not UTF-8 or XML come out as replacement characters", "[layout]") {
  tests::FlowBuilder builder("");
  const std::string zero("z\0", 2);
  builder.step(
      zero, "a\xff \xc3( \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \x01 \xef\xbf\xbe \xe2\x82", 0, 1);
  const Element root = XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg));
  CHECK(root.find("op_0")->texts("text") ==
        std::vector<std::string>{"a� �( �� ��� ���� � � ��", "z�"});
}

TEST_CASE("a long name is cut on the page and whole in the title", "[layout]") {
  std::string name;
  for (int i = 0; i != 100; ++i) name += "ä";
  tests::FlowBuilder builder("");
  builder.step(name, "", 0, 1);
  const Element root = XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg));
  CHECK(joined(root.find("op_0")->texts("text")) == name.substr(0, 2 * 39) + "…");
  CHECK(root.find("op_0")->texts("title").front() == name);
}

TEST_CASE("a step without any name is called so", "[layout]") {
  tests::FlowBuilder builder("");
  builder.step("", "", 0, 1);
  const Element root = XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg));
  CHECK(joined(root.find("op_0")->texts("text")) == "unnamed");
}

TEST_CASE("the same DOT gives the same picture", "[layout]") {
  const std::string dot = to_dot(tests::loop().flow, View::physical);
  CHECK(render(dot, Format::svg) == render(dot, Format::svg));
}

TEST_CASE("a layout program that is killed is a render error", "[layout][child]") {
  CHECK(error_of("kill -9 $$", plenty) == "the layout program was ended by signal 9 (Killed)");
}

TEST_CASE("a layout program that hangs is stopped", "[layout][child]") {
  using namespace std::chrono_literals;
  CHECK(error_of("kill -STOP $$", 100ms) ==
        "the layout program was stopped, because it took longer than 100 ms");
}

TEST_CASE("a layout program that fails is quoted", "[layout][child]") {
  CHECK(error_of("echo first >&2; echo no ink >&2; exit 3", plenty) ==
        "the layout program failed: no ink");
  CHECK(error_of("exit 3", plenty) == "the layout program failed: exit status 3");
}

TEST_CASE("a layout program that reads and writes nothing is a render error", "[layout][child]") {
  const std::string much(1 << 22, ' ');
  CHECK(error_of("exit 0", plenty, much) == "the layout program wrote no picture");
  CHECK(error_of("exec <&- >&-; exit 0", plenty, much) == "the layout program wrote no picture");
}

TEST_CASE("a process that ignores SIGCHLD is told so", "[layout][child]") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  CHECK_THROWS_WITH(render("digraph {}", Format::svg), Catch::Contains("ignores SIGCHLD"));
  std::signal(SIGCHLD, before);
}

TEST_CASE("a layout program that is not there is a render error", "[layout][child]") {
  CHECK_THROWS_WITH(
      render("digraph {}", Format::svg, {.program = "/nowhere/tidemark-layout"}),
      "the layout program /nowhere/tidemark-layout cannot be started: No such file or directory");
}

TEST_CASE("text that is no graph is a render error", "[layout]") {
  CHECK_THROWS_WITH(render("no graph", Format::svg),
                    Catch::Contains("not a graph in the DOT language"));
  CHECK_THROWS_WITH(render("", Format::svg), Catch::Contains("not a graph in the DOT language"));
  CHECK_THROWS_WITH(render("digraph { a [label=<<B></B>>] }", Format::svg),
                    Catch::Contains("a mistake in the graph") && Catch::Contains("<B></B>"));
}

TEST_CASE("a graph that Graphviz cannot free is drawn all the same", "[layout]") {
  const std::string svg =
      render("digraph { a->b; c->a [label=0, constraint=false]; d->b [label=0, constraint=false] }",
             Format::svg);
  CHECK_NOTHROW(XmlReader::read(svg));
}

TEST_CASE("four threads render at once", "[layout]") {
  const std::string dot = to_dot(word_count().flow, View::physical);
  const std::string expected = render(dot, Format::svg);
  std::vector<std::string> pictures(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& picture : pictures) {
      threads.emplace_back([&] {
        for (int i = 0; i != 3; ++i) picture = render(dot, Format::svg);
      });
    }
  }
  for (const std::string& picture : pictures) CHECK(picture == expected);
}

TEST_CASE("a picture's file has the format of its name", "[layout][file]") {
  const Folder folder;
  const std::string dot = to_dot(word_count().flow, View::logical);
  write_picture(folder.path() / "a.svg", dot);
  write_picture(folder.path() / "a.png", dot);
  write_picture(folder.path() / "a.pdf", dot);
  write_picture(folder.path() / "a.dot", dot);
  write_picture(folder.path() / "a.dot", dot);  // replaces the first
  CHECK(contents(folder.path() / "a.svg") == render(dot, Format::svg));
  CHECK(contents(folder.path() / "a.png").starts_with("\x89PNG"));
  CHECK(contents(folder.path() / "a.pdf").starts_with("%PDF"));
  CHECK(contents(folder.path() / "a.dot") == dot);
  CHECK(entries(folder.path()) == 4);  // no temporary file is left
}

TEST_CASE("a picture that cannot be made leaves the file of the last one alone", "[layout][file]") {
  const Folder folder;
  const fs::path file = folder.path() / "a.svg";
  std::ofstream(file) << "the last one";
  CHECK_THROWS_AS(write_picture(file, "no graph"), RenderError);
  CHECK(contents(file) == "the last one");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("what a killed program has left of a picture goes with the next", "[layout][file]") {
  const Folder folder;
  const fs::path file = folder.path() / "a.dot";
  std::ofstream(file.string() + ".tidemark-part") << "half of a picture that was much longer";
  write_picture(file, "digraph {}");
  CHECK(contents(file) == "digraph {}");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a signal that ends the program leaves nothing half-made of a picture",
          "[layout][file]") {
  const Folder folder;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_DFL);
    const rlimit no_core{0, 0}, small{1000, 1000};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_FSIZE, &small);
    write_picture(folder.path() / "a.dot", std::string(10'000, ' '));
    _exit(3);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGXFSZ);
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("of several who write one picture each writes all of it", "[layout][file][threads]") {
  const Folder folder;
  const fs::path file = folder.path() / "a.dot";
  {
    std::vector<std::jthread> threads;
    for (const char letter : {'a', 'b', 'c', 'd'})
      threads.emplace_back([&file, letter] {
        for (std::size_t i = 0; i != 50; ++i) write_picture(file, std::string(10'000 + i, letter));
      });
  }
  const std::string picture = contents(file);
  CHECK(picture == std::string(10'049, picture.at(0)));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a file that cannot be written is named", "[layout][file]") {
  const Folder folder;
  const std::string dot = to_dot(word_count().flow, View::logical);
  const fs::path missing = folder.path() / "missing" / "a.svg";
  CHECK_THROWS_WITH(
      write_picture(missing, dot),
      "the picture " + missing.string() + " cannot be written: No such file or directory");
  fs::create_directory(folder.path() / "a.dot");
  CHECK_THROWS_WITH(write_picture(folder.path() / "a.dot", dot), Catch::Contains("Is a directory"));
  CHECK(entries(folder.path()) == 1);
  CHECK_THROWS_WITH(write_picture(folder.path() / "a.jpg", dot), Catch::Contains(".svg, .png"));
}

}  // namespace
}  // namespace tidemark::layout_test
