// SPDX-License-Identifier: MIT
#include <tidemark/viz/svg.hpp>

#include <algorithm>
#include <vector>

namespace tidemark::detail {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// The value of attribute `name` in `tag`, escaped as it stands there; empty if there is none.
std::string_view attribute(std::string_view tag, std::string_view name) {
  const std::size_t at = tag.find(" " + std::string(name) + "=\"");
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + name.size() + 3;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

/// Takes the text up to the end of the next `end` off the front of `rest`; all of it if none comes.
std::string_view take_through(std::string_view& rest, std::string_view end) {
  const std::size_t at = rest.find(end);
  const std::size_t size = at == std::string_view::npos ? rest.size() : at + end.size();
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

}  // namespace

std::string clean_svg(std::string_view svg) {
  std::string clean;
  clean.reserve(svg.size());
  std::size_t title = 0;             // where the text of the last title begins in `clean`
  std::vector<bool> anchor_is_port;  // for each anchor that is open
  std::string_view rest = svg.substr(std::min(svg.find("<svg"), svg.size()));
  while (!rest.empty()) {
    clean += rest.substr(0, rest.find('<'));
    rest.remove_prefix(std::min(rest.find('<'), rest.size()));
    if (rest.starts_with("<!--")) {
      take_through(rest, "-->\n");
    } else if (rest.starts_with("<title>")) {
      clean += take_through(rest, ">");
      title = clean.size();
    } else if (rest.starts_with("<g id=\"a_")) {
      const std::string_view group = take_through(rest, ">");
      const std::string_view anchor = take_through(rest, ">");
      const std::string_view text = attribute(anchor, "xlink:title");
      const std::string_view href = attribute(anchor, "xlink:href");
      anchor_is_port.push_back(!href.empty());
      if (href.empty()) {
        clean.replace(title, clean.find('<', title) - title, text);
        rest.remove_prefix(rest.starts_with('\n') ? 1 : 0);
      } else {
        clean.append("<g id=\"").append(attribute(group, "id").substr(2));
        clean.append("\" class=\"").append(href.substr(1)).append("\">\n<title>");
        clean.append(text).append("</title>");
      }
    } else if (rest.starts_with("</a>") && !anchor_is_port.empty()) {
      const std::string_view end = take_through(rest, "</g>\n");
      if (anchor_is_port.back()) clean += end.substr(end.find("</g>"));
      anchor_is_port.pop_back();
    } else {
      clean += take_through(rest, ">");
    }
  }

  replace_all(clean, "stroke=\"transparent\"", "stroke=\"none\"");
  replace_all(clean, "fill=\"transparent\"", "fill=\"none\"");
  // Verdana has the widths of DejaVu Sans.
  replace_all(clean, "font-family=\"DejaVu Sans\"",
              "font-family=\"DejaVu Sans,Verdana,sans-serif\"");
  return clean;
}

std::string without_links(std::string_view dot) {
  std::string plain;
  plain.reserve(dot.size());
  constexpr std::string_view link = " HREF=\"#";
  for (std::size_t at = dot.find(link); at != std::string_view::npos; at = dot.find(link)) {
    plain += dot.substr(0, at);
    dot.remove_prefix(at + link.size());
    take_through(dot, "\"");
  }
  plain += dot;
  return plain;
}

}  // namespace tidemark::detail
