// SPDX-License-Identifier: MIT
#include <tidemark/viz/labels.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace tidemark::detail {
namespace {

constexpr const char* in_flight_fill = "#d3eafa";
constexpr const char* capability_fill = "#fbe3bd";
constexpr const char* done_fill = "#ebebeb";
constexpr const char* in_flight_sign = "▶";
constexpr const char* capability_sign = "●";

constexpr std::size_t name_limit = 40;  // characters of a step's name
constexpr std::size_t time_limit = 24;  // characters of a timestamp
constexpr std::size_t times_limit = 3;  // timestamps at a port
constexpr std::size_t line_limit = 30;  // characters of fused steps on one line
constexpr std::size_t unlimited = std::string_view::npos;

std::string font(const char* colour, const std::string& html) {
  return fmt::format(R"(<FONT COLOR="{}">{}</FONT>)", colour, html);
}

std::string heading(const char* colour, int size, const std::string& html) {
  return fmt::format(R"(<FONT COLOR="{}" POINT-SIZE="{}"><B>{}</B></FONT>)", colour, size, html);
}

/// A name on the page. Never empty: Graphviz does not take empty bold text.
std::string shown(std::string_view name) {
  return name.empty() ? "unnamed" : to_html(abbreviate(clean_utf8(name), name_limit));
}

/// "a, b, c, +2 more", each part being what `text_of` makes of an element.
template <typename T, typename F>
std::string list(const std::vector<T>& all, std::size_t limit, F text_of) {
  const std::size_t count = std::min(limit, all.size());
  std::string text;
  for (std::size_t i = 0; i != count; ++i) text += (i == 0 ? "" : ", ") + text_of(all[i]);
  if (all.size() > count) text += fmt::format(", +{} more", all.size() - count);
  return text;
}

std::string counts_text(const PortProgress& port, std::size_t times, std::size_t characters) {
  return list(port.counts, times, [&](const PortProgress::Count& count) {
    return fmt::format("{} × {}", abbreviate(clean_utf8(count.time), characters), count.count);
  });
}

std::string frontier_text(const PortProgress& port, std::size_t times, std::size_t characters) {
  return "{" +
         list(port.frontier, times,
              [&](const std::string& time) { return abbreviate(clean_utf8(time), characters); }) +
         "}";
}

/// A cell of a step's label. Without text it is a mark.
struct Port {
  std::string html{};
  std::string title{};
  std::string state = "port";  // class
};

/// Two compartments: counts, and below them the frontier.
Port progress_port(const PortProgress& progress) {
  const bool busy = !progress.counts.empty();
  const bool done = progress.frontier.empty();
  Port port;
  const auto add_row = [&](const char* fill, const std::string& html) {
    port.html += fmt::format(R"(<TR><TD BGCOLOR="{}" WIDTH="64">{}</TD></TR>)", fill, html);
  };

  port.html = fmt::format(
      R"(<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="{}">)", rule);
  if (busy) {
    const std::string counts = to_html(counts_text(progress, times_limit, time_limit));
    const char* sign = progress.is_target ? in_flight_sign : capability_sign;
    add_row(progress.is_target ? in_flight_fill : capability_fill,
            font(ink, fmt::format("{} {}", sign, counts)));
  } else {
    add_row("white", font(muted, "–"));
  }
  if (done) {
    add_row(done_fill, font(muted, "∅ done"));
  } else {
    add_row("white", font(ink, to_html(frontier_text(progress, times_limit, time_limit))));
  }
  port.html += "</TABLE>";

  port.title = fmt::format(
      "{}: {} {}; frontier {}", clean_utf8(progress.name),
      progress.is_target ? "in flight" : "capabilities",
      busy ? counts_text(progress, unlimited, unlimited) : "none",
      done ? "∅: nothing can arrive any more" : frontier_text(progress, unlimited, unlimited));
  port.state += busy ? " busy" : "";
  port.state += done ? " done" : "";
  return port;
}

/// The row of a step's inputs (`side` 'i') or outputs ('o'). HREF carries the class to the SVG, and
/// without it Graphviz writes no ID.
std::string port_row(const std::string& id, char side, std::span<const Port> ports) {
  if (ports.empty()) return "";
  const bool marks = ports[0].html.empty();
  const std::string shape =
      marks ? fmt::format(R"( FIXEDSIZE="TRUE" WIDTH="12" HEIGHT="4" BGCOLOR="{}")", ink) : "";
  std::string cells;
  for (std::size_t i = 0; i != ports.size(); ++i) {
    const Port& port = ports[i];
    if (i != 0) cells += fmt::format(R"(<TD WIDTH="{}"></TD>)", marks ? 12 : 4);
    cells += fmt::format(R"(<TD PORT="{0}{1}" ID="{2}_{0}{1}" HREF="#{3}" TITLE="{4}"{5}>{6}</TD>)",
                         side, i, id, port.state, to_html(port.title, "&#10;"), shape, port.html);
  }
  return fmt::format(R"(<TR><TD><TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0">)"
                     R"(<TR>{}</TR></TABLE></TD></TR>)",
                     cells);
}

}  // namespace

std::string operator_label(const FlowNode& node, const std::string& id,
                           std::span<const PortProgress> progress) {
  std::vector<Port> ports;
  for (std::uint32_t i = 0; i != node.inputs + node.outputs; ++i) {
    if (!progress.empty()) {
      ports.push_back(progress_port(progress[i]));
    } else {
      const bool input = i < node.inputs;
      ports.push_back({.title = fmt::format("{}.{}{}", clean_utf8(node.label()),
                                            input ? "in" : "out", input ? i : i - node.inputs)});
    }
  }
  const bool done =
      !progress.empty() &&
      std::ranges::all_of(progress, [](const PortProgress& port) { return port.frontier.empty(); });

  // Graphviz sets bold text a little high: an empty row above it makes up for that.
  std::string name = heading(done ? muted : ink, 12, shown(node.label()));
  if (node.label() != node.kind) name += "<BR/>" + font(muted, shown(node.kind));
  const std::span<const Port> all = ports;
  return fmt::format(
      R"(<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{0}<TR><TD PORT="body">)"
      R"(<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6"{1} COLOR="{2}")"
      R"( BGCOLOR="white"><TR><TD CELLPADDING="0" HEIGHT="2"></TD></TR><TR><TD>{3}</TD></TR>)"
      R"(</TABLE></TD></TR>{4}</TABLE>)",
      port_row(id, 'i', all.first(node.inputs)), progress.empty() ? R"( STYLE="ROUNDED")" : "",
      done ? rule : ink, name, port_row(id, 'o', all.subspan(node.inputs)));
}

std::string fused_label(std::span<const std::reference_wrapper<const FlowNode>> steps) {
  std::string html;
  std::size_t width = 0;
  for (const FlowNode& step : steps) {
    const std::size_t length = std::min(step.label().size(), name_limit);
    if (width != 0 && width + length > line_limit) {
      html += " →<BR/>";
      width = 0;
    } else if (width != 0) {
      html += " → ";
    }
    html += shown(step.label());
    width += length + 3;
  }
  return fmt::format(R"(<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5")"
                     R"( STYLE="ROUNDED" COLOR="#c4c4c4" BGCOLOR="#fafafa"><TR><TD>{}</TD></TR>)"
                     R"(</TABLE>)",
                     font(muted, html));
}

std::string contract_legend(Contract contract) {
  switch (contract) {
    case Contract::fused:
      return font(rule, "──") + font(muted, "&#160;fused");
    case Contract::pipeline:
      return font(ink, "──") + font(muted, "&#160;pipeline");
    case Contract::exchange:
      return font(blue, "══") + font(muted, "&#160;exchange");
  }
  return "";
}

std::string progress_legend() {
  return font(muted, fmt::format("{} in flight  {} capabilities  {{ }} frontier", in_flight_sign,
                                 capability_sign));
}

std::string title_label(std::string_view name, std::string_view subtitle,
                        const std::vector<std::string>& legend) {
  std::string rows;
  const auto add_row = [&](const std::string& html) {
    rows += R"(<TR><TD ALIGN="LEFT">)" + html + "</TD></TR>";
  };
  if (!name.empty()) {
    add_row(heading(ink, 13, to_html(name, R"(<BR ALIGN="LEFT"/>)")));
  }
  add_row(font(muted, to_html(subtitle)));
  for (const std::string& line : legend) add_row(line);
  add_row(R"(<FONT POINT-SIZE="6"> </FONT>)");  // air above the graph
  return R"(<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">)" + rows + "</TABLE>";
}

}  // namespace tidemark::detail
