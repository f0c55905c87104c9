// SPDX-License-Identifier: MIT
//
// Pictures that are part of the documentation: each is made by a test and compared with the one
// that was committed, so that no page shows what the code does not do.
#pragma once

#include <tests/viz/xml.hpp>

#include <string>

namespace tidemark::tests {

/// Lays out `dot` as `pictures/NAME.svg` in the build tree, checks that progress/pictures/NAME.svg
/// says the same, and returns the new one. They are compared by their ids, classes, titles and
/// texts, in order: where things stand depends on the fonts of the machine.
///
/// With TIDEMARK_UPDATE_PICTURES in the environment the committed picture is overwritten.
Element check_picture(const std::string& name, const std::string& dot);

}  // namespace tidemark::tests
