// SPDX-License-Identifier: MIT
#include <tidemark/core/building/compiled_once.hpp>

namespace tidemark {

TIDEMARK_ENGINE(, Epoch);
TIDEMARK_ENGINE(, Nested<Epoch, 1>);
TIDEMARK_ENGINE(, Nested<Epoch, 2>);
TIDEMARK_ENGINE(, Product<Epoch, Epoch>);

}  // namespace tidemark
