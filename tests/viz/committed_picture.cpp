// SPDX-License-Identifier: MIT
#include <tidemark/viz/layout.hpp>

#include <tests/support.hpp>
#include <tests/viz/committed_picture.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace tidemark::tests {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A short path: Catch2 breaks lines.
std::string in_checkout(const fs::path& path) {
  return fs::proximate(path, TIDEMARK_CHECKOUT).string();
}

/// What an element and those below it say, a line for each.
void list_words(const Element& element, std::vector<std::string>& words) {
  const std::string id = element.attribute("id");
  const std::string classes = element.attribute("class");
  if (!id.empty() || !classes.empty()) words.push_back("id " + id + ", class " + classes);
  if (element.name == "title" || element.name == "text")
    words.push_back(element.name + ": " + element.text);
  for (const Element& child : element.children) list_words(child, words);
}

std::vector<std::string> words_of(const Element& root) {
  std::vector<std::string> words;
  list_words(root, words);
  return words;
}

/// The first line in which they differ; empty if they do not.
std::string difference(const std::vector<std::string>& committed,
                       const std::vector<std::string>& made) {
  const auto [old_line, new_line] = std::ranges::mismatch(committed, made);
  if (old_line == committed.end() && new_line == made.end()) return "";
  const auto shown = [](const auto& line, const auto& lines) {
    return line == lines.end() ? std::string("nothing") : "'" + *line + "'";
  };
  return "committed: " + shown(old_line, committed) + "; now: " + shown(new_line, made);
}

}  // namespace

Element check_picture(const std::string& name, const std::string& dot) {
  const fs::path made = fs::path(TIDEMARK_PICTURES) / (name + ".svg");
  const fs::path committed =
      fs::path(TIDEMARK_CHECKOUT) / "progress" / "pictures" / (name + ".svg");
  fs::create_directories(made.parent_path());
  write_picture(made, dot);
  if (std::getenv("TIDEMARK_UPDATE_PICTURES") != nullptr) {
    fs::create_directories(committed.parent_path());
    fs::copy_file(made, committed, fs::copy_options::overwrite_existing);
  }

  Element root = XmlReader::read(contents(made));
  INFO(
      "the committed picture is stale. Look at the new one; if it is right, in the checkout:\n  cp "
      << in_checkout(made) << " \\\n  " << in_checkout(committed)
      << "\nor run this test with TIDEMARK_UPDATE_PICTURES=1 in the environment");
  if (!fs::exists(committed)) {
    FAIL_CHECK("there is no picture of this name");
    return root;
  }
  CHECK(difference(words_of(XmlReader::read(contents(committed))), words_of(root)) == "");
  return root;
}

}  // namespace tidemark::tests
