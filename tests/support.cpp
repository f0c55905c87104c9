// SPDX-License-Identifier: MIT
//
// The translation unit that owns the precompiled header, and the check of support.hpp alone.
#include <tests/support.hpp>
