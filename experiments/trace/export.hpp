// SPDX-License-Identifier: MIT
//
// Traces in the formats of other programs.
#pragma once

#include <tidemark/core/trace_file.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tidemark {

/// Takes the text in pieces.
using WriteText = std::function<void(std::string_view)>;
using Export = void (*)(const TraceFile&, const WriteText&);

/// By name.
const std::map<std::string, Export>& exports();

}  // namespace tidemark
