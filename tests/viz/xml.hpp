// SPDX-License-Identifier: MIT
//
// A strict reader of the XML that pictures consist of: tags, attributes, text and entities. It
// throws on all that is not well-formed, and on what pictures have no use for (comments, CDATA).
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::tests {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< directly inside, decoded
  std::vector<Element> children;

  std::string attribute(const std::string& key) const {
    const auto at = attributes.find(key);
    return at == attributes.end() ? "" : at->second;
  }
  /// The element with this id, here or below.
  const Element* find(const std::string& id) const {
    if (attribute("id") == id) return this;
    for (const Element& child : children) {
      if (const Element* found = child.find(id)) return found;
    }
    return nullptr;
  }
  /// The text of each element of this name, here or below.
  std::vector<std::string> texts(const std::string& of) const {
    std::vector<std::string> all;
    if (name == of) all.push_back(text);
    for (const Element& child : children) {
      for (std::string& more : child.texts(of)) all.push_back(std::move(more));
    }
    return all;
  }
  /// Each id, here or below.
  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    if (attributes.contains("id")) all.push_back(attribute("id"));
    for (const Element& child : children) {
      for (std::string& more : child.ids()) all.push_back(std::move(more));
    }
    return all;
  }
};

class XmlReader {
 public:
  static Element read(std::string_view text) {
    XmlReader reader(text);
    Element root = reader.element();
    reader.skip_space();
    if (!reader.rest_.empty()) reader.fail("text behind the root element");
    return root;
  }

 private:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("not XML: " + what + " before: " + std::string(rest_.substr(0, 60)));
  }
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail("missing " + std::string(token));
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  std::string name() {
    const std::size_t end = rest_.find_first_not_of(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-");
    if (end == 0 || end == std::string_view::npos) fail("no name");
    const std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }

  /// Text up to `end`, decoded.
  std::string text_until(char end) {
    std::string text;
    while (!rest_.empty() && rest_[0] != end) {
      if (rest_[0] == '<') fail("a bare <");
      const auto c = static_cast<unsigned char>(rest_[0]);
      if (c < 0x20 && c != '\n') fail("a control character");
      if (rest_[0] == '&') {
        text += entity();
      } else {
        text += rest_[0];
        rest_.remove_prefix(1);
      }
    }
    return text;
  }

  std::string entity() {
    const std::size_t end = rest_.find(';');
    if (end == std::string_view::npos) fail("a bare &");
    const std::string entity(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    if (entity == "amp") return "&";
    if (entity == "lt") return "<";
    if (entity == "gt") return ">";
    if (entity == "quot") return "\"";
    if (entity == "apos") return "'";
    if (entity == "#160") return " ";  // as good as a space to whoever compares texts
    if (entity.starts_with('#')) {
      const int code = std::stoi(entity.substr(1));
      if (code < 128) return std::string(1, static_cast<char>(code));
    }
    fail("entity " + entity);
  }

  Element element() {
    Element element;
    expect("<");
    element.name = name();
    for (skip_space(); !rest_.starts_with(">") && !rest_.starts_with("/>"); skip_space()) {
      const std::string key = name();
      expect("=\"");
      if (!element.attributes.emplace(key, text_until('"')).second) fail("attribute twice: " + key);
      expect("\"");
    }
    if (take("/>")) return element;
    expect(">");
    for (;;) {
      element.text += text_until('<');
      if (take("</")) break;
      element.children.push_back(this->element());
    }
    expect(element.name);
    expect(">");
    return element;
  }

  std::string_view rest_;
};

}  // namespace tidemark::tests
