// SPDX-License-Identifier: MIT
#include <tidemark/core/explanation.hpp>
namespace tidemark { std::string to_text(const Explanation& e) { return e.subject; } }
