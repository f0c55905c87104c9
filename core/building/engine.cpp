// SPDX-License-Identifier: MIT
#include <tidemark/core/building/engine.hpp>

namespace tidemark {

TIDEMARK_INSTANCES();

}  // namespace tidemark
