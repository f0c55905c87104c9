// SPDX-License-Identifier: MIT
//
// Reading a source without a dataflow, poll by poll.
#pragma once

#include <tidemark/operators/sources/source.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// What the part of a source gives, poll by poll, until it has ended.
template <typename SourcePort>
auto read_all(const SourcePort& source) {
  std::vector<typename SourcePort::item_type> all;
  const auto part = source.open(source.parts().at(0), {.may_block = true, .now = &Clock::now});
  while (part->next_batch(all).state != Poll::State::end) {
  }
  return all;
}

/// The error that ends the reading, and how many records were given before it.
template <typename SourcePort>
std::pair<std::string, std::size_t> error_of_reading(const SourcePort& source) {
  std::vector<typename SourcePort::item_type> all;
  try {
    const auto part = source.open(source.parts().at(0), {.now = &Clock::now});
    while (part->next_batch(all).state != Poll::State::end) {
    }
  } catch (const std::exception& error) {
    std::string text = error.what();
    const std::size_t path = text.find('/'), end = text.find('\'', path);
    if (path != std::string::npos) text.replace(path, end - path, "FILE");
    return {text, all.size()};
  }
  return {"", all.size()};
}

}  // namespace tidemark::tests
