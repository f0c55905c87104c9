// SPDX-License-Identifier: MIT
#include <tidemark/core/steps_compiled_once.hpp>

namespace tidemark {

TIDEMARK_STEPS(, Epoch);
TIDEMARK_STEPS(, Nested<Epoch, 0, 1>);
TIDEMARK_STEPS(, Nested<Epoch, 1, 1>);
TIDEMARK_STEPS(, Nested<Epoch, 0, 2>);
TIDEMARK_STEPS(, Nested<Epoch, 1, 2>);
TIDEMARK_STEPS(, Nested<Epoch, 2, 2>);
TIDEMARK_STEPS(, Product<Epoch, Epoch>);

}  // namespace tidemark
