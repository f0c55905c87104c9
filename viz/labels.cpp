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
constexpr const char* strong_fill = "#b84d00";  // vermillion that white text can be read on
constexpr const char* strong_tint = "#fff4ec";
constexpr const char* lighter_fill = "#f7c873";
constexpr const char* in_flight_sign = "▶";
constexpr const char* capability_sign = "●";

constexpr std::size_t name_limit = 40;  // characters of a step's name
constexpr std::size_t time_limit = 24;  // characters of a timestamp
constexpr std::size_t times_limit = 3;  // timestamps at a port
constexpr std::size_t marks_limit = 6;  // rows of a highlight at a port
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
  Emphasis emphasis = Emphasis::none;
};

/// The rows of a highlight, each a badge and a timestamp.
std::string mark_rows(const PortMark& mark) {
  std::string html;
  const std::size_t shown_rows = std::min(marks_limit, mark.rows.size());
  for (std::size_t i = 0; i != shown_rows; ++i) {
    const PortMark::Row& row = mark.rows[i];
    const bool strong = row.emphasis == Emphasis::strong;
    const std::string time = to_html(abbreviate(clean_utf8(row.time), time_limit));
    html +=
        fmt::format(R"(<TR><TD BGCOLOR="{}">{}</TD><TD COLSPAN="4" BGCOLOR="{}">{}</TD></TR>)",
                    strong ? strong_fill : lighter_fill, font(strong ? "white" : ink, row.badge),
                    strong ? strong_tint : "white", font(ink, time));
  }
  if (const std::size_t more = mark.rows.size() - shown_rows; more != 0) {
    html += fmt::format(R"(<TR><TD COLSPAN="5" BGCOLOR="white">{}</TD></TR>)",
                        font(muted, fmt::format("+{} more", more)));
  }
  return html;
}

/// Two compartments: counts, and below them the frontier; outside of them what is highlighted.
Port progress_port(const PortProgress& progress, const PortMark* mark) {
  const std::string marks = mark == nullptr ? "" : mark_rows(*mark);
  const bool busy = !progress.counts.empty();
  const bool done = progress.frontier.empty();
  Port port;
  const auto add_row = [&](const char* fill, const std::string& html) {
    port.html += fmt::format(R"(<TR><TD{} BGCOLOR="{}" WIDTH="64">{}</TD></TR>)",
                             marks.empty() ? "" : R"( COLSPAN="5")", fill, html);
  };

  port.html =
      fmt::format(R"(<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="{}">)",
                  line_colour(mark == nullptr ? Emphasis::none : mark->emphasis, rule));
  if (progress.is_target) port.html += marks;
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
  if (!progress.is_target) port.html += marks;
  port.html += "</TABLE>";

  port.title = fmt::format(
      "{}: {} {}; frontier {}", clean_utf8(progress.name),
      progress.is_target ? "in flight" : "capabilities",
      busy ? counts_text(progress, unlimited, unlimited) : "none",
      done ? "∅: nothing can arrive any more" : frontier_text(progress, unlimited, unlimited));
  for (std::size_t i = 0; mark != nullptr && i != mark->rows.size(); ++i) {
    port.title += fmt::format("; {} {}", mark->rows[i].badge, clean_utf8(mark->rows[i].time));
  }
  port.state += busy ? " busy" : "";
  port.state += done ? " done" : "";
  return port;
}

/// The row of a step's inputs (`side` 'i') or outputs ('o'). HREF carries the class to the SVG, and
/// without it Graphviz writes no ID.
std::string port_row(const std::string& id, char side, std::span<const Port> ports) {
  if (ports.empty()) return "";
  const bool marks = ports[0].html.empty();
  std::string cells;
  for (std::size_t i = 0; i != ports.size(); ++i) {
    const Port& port = ports[i];
    const std::string shape =
        marks ? fmt::format(R"( FIXEDSIZE="TRUE" WIDTH="12" HEIGHT="4" BGCOLOR="{}")",
                            line_colour(port.emphasis, ink))
              : "";
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
                           std::span<const PortProgress> progress, const Highlight& highlight,
                           Emphasis emphasis) {
  std::vector<Port> ports;
  for (std::uint32_t i = 0; i != node.inputs + node.outputs; ++i) {
    const auto found = highlight.ports.find({node.first_location.value + i});
    const PortMark* mark = found == highlight.ports.end() ? nullptr : &found->second;
    if (!progress.empty()) {
      ports.push_back(progress_port(progress[i], mark));
    } else {
      const bool input = i < node.inputs;
      ports.push_back({.title = fmt::format("{}.{}{}", clean_utf8(node.label()),
                                            input ? "in" : "out", input ? i : i - node.inputs)});
    }
    if (mark != nullptr) {
      ports.back().emphasis = mark->emphasis;
      ports.back().state = highlight.classes(ports.back().state, mark->emphasis);
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
      R"(<TABLE BORDER="{5}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6"{1} COLOR="{2}")"
      R"( BGCOLOR="white"><TR><TD CELLPADDING="0" HEIGHT="2"></TD></TR><TR><TD>{3}</TD></TR>)"
      R"(</TABLE></TD></TR>{4}</TABLE>)",
      port_row(id, 'i', all.first(node.inputs)), progress.empty() ? R"( STYLE="ROUNDED")" : "",
      line_colour(emphasis, done ? rule : ink), name, port_row(id, 'o', all.subspan(node.inputs)),
      emphasis == Emphasis::none ? 1 : 2);
}

std::string fused_label(std::span<const std::reference_wrapper<const FlowNode>> steps,
                        Emphasis emphasis) {
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
  return fmt::format(R"(<TABLE PORT="body" BORDER="{}" CELLBORDER="0" CELLSPACING="0")"
                     R"( CELLPADDING="5")"
                     R"( STYLE="ROUNDED" COLOR="{}" BGCOLOR="#fafafa"><TR><TD>{}</TD></TR>)"
                     R"(</TABLE>)",
                     emphasis == Emphasis::none ? 1 : 2, line_colour(emphasis, "#c4c4c4"),
                     font(muted, html));
}

std::string with_room(const std::string& label) {
  return fmt::format(
      R"(<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>)"
      R"(<TD WIDTH="24"></TD><TD>{}</TD><TD WIDTH="24" PORT="room"></TD></TR></TABLE>)",
      label);
}

const char* line_colour(Emphasis emphasis, const char* plain) {
  switch (emphasis) {
    case Emphasis::none:
      return plain;
    case Emphasis::lighter:
      return orange;
    case Emphasis::strong:
      return vermillion;
  }
  return plain;
}

std::string loop_label(std::string_view name) {
  const std::string text = to_html(abbreviate(name.empty() ? "loop" : name, name_limit));
  return font(muted, "↻ <B>" + text + "</B>");
}

std::string composite_label(std::string_view name) {
  const std::string text = to_html(abbreviate(name.empty() ? "composite" : name, name_limit));
  return font(muted, "<B>" + text + "</B>");
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

std::string note(std::string_view text) {
  return font(muted, to_html(text));
}

std::string highlight_legend(const Highlight& highlight) {
  std::string legend;
  if (!highlight.strong_legend.empty())
    legend += font(vermillion, "━━") + font(muted, "&#160;" + highlight.strong_legend);
  if (!highlight.lighter_legend.empty())
    legend += font(orange, "&#160;&#160; ━━") + font(muted, "&#160;" + highlight.lighter_legend);
  return legend;
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
