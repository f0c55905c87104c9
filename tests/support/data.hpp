// SPDX-License-Identifier: MIT
//
// Data that the project does not carry.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace tidemark::tests {

/// The path of a file in the folder that TIDEMARK_TEST_DATA names. None where it names no folder:
/// the test is to return then, and ctest, which knows this line, shows it as skipped.
inline std::optional<std::string> data_file(const std::string& name) {
  const char* folder = std::getenv("TIDEMARK_TEST_DATA");
  if (folder == nullptr || *folder == '\0') {
    std::cout << "Skipped, for TIDEMARK_TEST_DATA names no folder with " << name << '\n';
    return std::nullopt;
  }
  const std::filesystem::path path = std::filesystem::path(folder) / name;
  INFO("TIDEMARK_TEST_DATA is " << folder);
  INFO("it should have " << name);
  REQUIRE(exists(path));
  return path.string();
}

}  // namespace tidemark::tests
