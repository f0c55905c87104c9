// SPDX-License-Identifier: MIT
#include "shrink.hpp"

#include <rapidcheck.h>

#include <iostream>

namespace tidemark::tests {
namespace {

using Numbers = std::vector<std::uint8_t>;

/// Generates these numbers and nothing else, but knows how to make them fewer and lower.
rc::Gen<Numbers> shrinking(const Numbers& numbers) {
  const auto smaller = [](const Numbers& from) {
    return rc::seq::concat(rc::shrink::removeChunks(from),
                           rc::shrink::eachElement(from, [](std::uint8_t number) {
                             return rc::shrink::towards(number, std::uint8_t{0});
                           }));
  };
  return [=](const rc::Random&, int) { return rc::shrinkable::shrinkRecur(numbers, smaller); };
}

class SilentListener : public rc::detail::TestListener {
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

}  // namespace

std::string broken_in_smallest(const Case& failing, const Check& check) {
  std::string smallest = "the case does not fail again";
  rc::detail::TestParams once;
  once.maxSuccess = 1;
  SilentListener listener;
  std::cerr.setstate(std::ios::failbit);  // RapidCheck prints a seed that is used for nothing
  rc::detail::checkTestable(
      [&] {
        const Case now{*shrinking(failing.graph), *shrinking(failing.script)};
        // RapidCheck goes on from whatever fails, so the last text is that of the smallest case.
        if (const auto broken = check(now)) {
          smallest = *broken;
          RC_FAIL("");
        }
      },
      rc::detail::TestMetadata{}, once, listener);
  std::cerr.clear();
  return smallest;
}

}  // namespace tidemark::tests
