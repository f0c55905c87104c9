// SPDX-License-Identifier: MIT
//
// Layout: DOT in, a picture out. Graphviz runs in a child process, one for each picture, so that
// it may crash, hang or leak without harm to this one.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tidemark {

/// What `render` makes of DOT.
enum class Format {
  svg,  ///< without XML prolog; ids and classes as in dot.hpp, titles for tooltips and screen
        ///< readers
  png,  ///< 192 dots per inch; at most 32,767 a side and 250 million in all
  pdf,  ///< at most 14,400 points (200 inches) a side
  dot,  ///< the same graph with positions
};

/// No picture could be made; the text is one sentence that says why.
class RenderError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How the child process is started, and how long it may take.
struct LayoutOptions {
  /// The program that lays out. Empty: `tidemark-layout` beside the running program; in the folder
  /// of a build the one that was built; else the one that is installed, or in the PATH.
  std::filesystem::path program{};
  /// For one picture; then the child is stopped, and RenderError says so.
  std::chrono::milliseconds time_limit = std::chrono::seconds(30);
};

/// Lays out `dot` and returns the bytes of the picture. Throws RenderError, also for a picture that
/// is too large for its format; it names one that has no such limit. Any thread, any number
/// at once; waits for the child. Leaves signal handlers alone, but a process that ignores SIGCHLD,
/// or waits for children that are not its own, gets no picture.
std::string render(const std::string& dot, Format format, const LayoutOptions& options = {});

/// Writes the picture in the format that the file's extension names: .svg, .png, .pdf; .dot and .gv
/// get `dot` as it is. The file appears whole or, with a RenderError, not at all; what
/// a killed program has left beside it goes when it is written again.
void write_picture(const std::filesystem::path& path, const std::string& dot,
                   const LayoutOptions& options = {});

}  // namespace tidemark
