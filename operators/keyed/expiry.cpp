// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/keyed/expiry.hpp>

#include <string>

namespace tidemark::detail {

std::chrono::nanoseconds require_life(std::chrono::nanoseconds life) {
  if (life.count() <= 0)
    throw ConfigError("expire_after was given a life of " + std::to_string(life.count()) +
                      " ns; it must be positive");
  return life;
}

}  // namespace tidemark::detail
