// SPDX-License-Identifier: MIT
//
// Labels: what stands in the boxes of a picture, as Graphviz's HTML-like text.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::detail {

// Okabe and Ito's blue, and tints of their palette; text has a contrast of 4.5:1 or more.
inline constexpr const char* ink = "#1a1a1a";
inline constexpr const char* muted = "#5c5c5c";
inline constexpr const char* rule = "#8a8a8a";
inline constexpr const char* blue = "#0072b2";
inline constexpr const char* segment_tint = "#eef2f5";

/// The size of small text, in points. Graphviz rounds the width of each letter to pixels: at 14
/// pixels it rounds most of DejaVu Sans up, so that text fits into its box in any browser.
inline constexpr const char* small_size = "10.5";

/// An operator: its name between its ports, cells that streams attach to (`i0`, `o0`; its flank:
/// `body`). `progress` is the state of its ports, inputs first; empty: the ports are plain marks.
std::string operator_label(const FlowNode& node, const std::string& id,
                           std::span<const PortProgress> progress);

/// Fused steps, in the order of the data.
std::string fused_label(std::span<const std::reference_wrapper<const FlowNode>> steps);

/// A contract as a legend has it: a piece of line, and its name.
std::string contract_legend(Contract contract);

/// What the signs at the ports mean.
std::string progress_legend();

/// The head of a picture. `legend` is HTML.
std::string title_label(std::string_view name, std::string_view subtitle,
                        const std::vector<std::string>& legend);

}  // namespace tidemark::detail
