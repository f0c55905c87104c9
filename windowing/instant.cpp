// SPDX-License-Identifier: MIT
#include <tidemark/core/own_timestamps.hpp>
#include <tidemark/windowing/instant.hpp>

namespace tidemark {

TIDEMARK_ENGINE(, Instant);
TIDEMARK_STEPS(, Instant);

}  // namespace tidemark
