// SPDX-License-Identifier: MIT
//
// Labels: what stands in the boxes of a picture, as Graphviz's HTML-like text.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/viz/highlight.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::detail {

// Okabe and Ito's blue and vermillion, their orange a little darker, and tints of their palette;
// text has a contrast of 4.5:1 or more.
inline constexpr const char* ink = "#1a1a1a";
inline constexpr const char* muted = "#5c5c5c";
inline constexpr const char* rule = "#8a8a8a";
inline constexpr const char* blue = "#0072b2";
inline constexpr const char* vermillion = "#d55e00";
inline constexpr const char* orange = "#d98e00";
inline constexpr const char* segment_tint = "#eef2f5";

/// The size of small text, in points. Graphviz rounds the width of each letter to pixels: at 14
/// pixels it rounds most of DejaVu Sans up, so that text fits into its box in any browser.
inline constexpr const char* small_size = "10.5";

/// An operator: its name between its ports, cells that streams attach to (`i0`, `o0`; its flank:
/// `body`). `progress` is the state of its ports, inputs first; empty: the ports are plain marks.
std::string operator_label(const FlowNode& node, const std::string& id,
                           std::span<const PortProgress> progress, const Highlight& highlight,
                           Emphasis emphasis);

/// Fused steps, in the order of the data. All of it is `body`.
std::string fused_label(std::span<const std::reference_wrapper<const FlowNode>> steps,
                        Emphasis emphasis);

/// The label with room on both sides, for a line that leaves or arrives there and bulges (`room`:
/// on the right).
std::string with_room(const std::string& label);

/// The colour of a line, `plain` if it is not emphasised.
const char* line_colour(Emphasis emphasis, const char* plain);

/// The title of a loop's frame.
std::string loop_label(std::string_view name);
/// The head of a composite step.
std::string composite_label(std::string_view name);

/// A contract as a legend has it: a piece of line, and its name.
std::string contract_legend(Contract contract);

/// A line of clean text in the head of a picture.
std::string note(std::string_view text);

/// What a highlight's lines mean; empty if it has none.
std::string highlight_legend(const Highlight& highlight);

/// What the signs at the ports mean.
std::string progress_legend();

/// The head of a picture. `legend` is HTML.
std::string title_label(std::string_view name, std::string_view subtitle,
                        const std::vector<std::string>& legend);

}  // namespace tidemark::detail
