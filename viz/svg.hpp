// SPDX-License-Identifier: MIT
//
// Graphviz's SVG made fit for a page: the names that a reader sees instead of those of the graph,
// and no links. Pure functions on text; they know the output of Graphviz 2.42, no other SVG.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::detail {

/// `svg` without prolog and comments, in which
///   - the title of each object is its DOT tooltip, in place of the object's name
///   - a port is `<g id="op_4_i0" class="port busy"><title>...`, in place of a link to "#port busy"
///   - `transparent`, which is no SVG 1.1 colour, is `none`, and fonts have a fallback
std::string clean_svg(std::string_view svg);

/// DOT without the HREF attributes that ports have for clean_svg's sake.
std::string without_links(std::string_view dot);

}  // namespace tidemark::detail
