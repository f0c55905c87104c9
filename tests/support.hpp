// SPDX-License-Identifier: MIT
//
// What every test includes: Catch2, RapidCheck, and how a property is checked. Precompiled, so
// nothing of ours belongs in here.
#pragma once

#define CATCH_CONFIG_ENABLE_OPTIONAL_STRINGMAKER
#define CATCH_CONFIG_ENABLE_PAIR_STRINGMAKER
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <tests/tape.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Says nothing while a property is being checked.
class SilentListener : public rc::detail::TestListener {
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

/// True if `RC_PARAMS` in the environment chooses the random cases, so that they may be few.
inline bool replaying() {
  static const bool given = std::getenv("RC_PARAMS") != nullptr;
  return given;
}

/// Checks a RapidCheck property as part of the current Catch2 test case; `cases` random cases.
///
/// The seed is fixed, so that a red run stays red. `RC_PARAMS` in the environment overrides it and
/// everything else: `RC_PARAMS="seed=7 max_success=10000"`. A failure prints the smallest case
/// found and the parameters that bring it back.
template <typename Testable>
void check_property(int cases, Testable&& testable) {
  if (!replaying()) ::setenv("RC_PARAMS", "seed=20130", 0);  // RapidCheck prints it when it starts
  rc::detail::Configuration defaults;
  defaults.testParams.maxSuccess = cases;
  const auto params = rc::detail::configFromString(std::getenv("RC_PARAMS"), defaults).testParams;
  SilentListener listener;
  const auto result = rc::detail::checkTestable(std::forward<Testable>(testable),
                                                rc::detail::TestMetadata{}, params, listener);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  INFO("replay this test with RC_PARAMS=\"seed=" << params.seed
                                                 << " max_success=" << params.maxSuccess << '"');
  CHECK(result.template is<rc::detail::SuccessResult>());
}

/// Draws a tape of at most `length` numbers, short ones first. Call it inside a property only.
inline Tape draw_tape(const std::string& name, int length) {
  const auto numbers =
      rc::gen::scale(length / 100.0, rc::gen::container<std::vector<std::uint8_t>>(rc::gen::resize(
                                         100, rc::gen::inRange<std::uint8_t>(0, 255))));
  return Tape(*numbers.as(name));
}

}  // namespace tidemark::tests
