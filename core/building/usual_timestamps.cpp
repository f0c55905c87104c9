// SPDX-License-Identifier: MIT
#include <tidemark/core/building/usual_timestamps.hpp>

namespace tidemark {

TIDEMARK_USUAL_TIMESTAMPS();

}  // namespace tidemark
