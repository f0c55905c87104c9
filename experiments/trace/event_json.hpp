// SPDX-License-Identifier: MIT
//
// Events of a trace as JSON, with the names that their members have in files.
#pragma once

#include <tidemark/core/trace_file.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>

namespace tidemark {

/// {"n": 12, "clock": 3400, "kind": "send", "dataflow": 0, ...}: what core/trace_schema.hpp lists
/// for the kind; timestamps as they are printed, and null for the worker of several.
nlohmann::ordered_json to_json(const TraceFile& file, std::uint64_t number,
                               const TraceEvent& event);

}  // namespace tidemark
