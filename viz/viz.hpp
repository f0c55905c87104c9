// SPDX-License-Identifier: MIT
//
// All pictures and texts of dataflows, in one header.
#pragma once

#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>
#include <tidemark/viz/mermaid.hpp>
