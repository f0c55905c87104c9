// SPDX-License-Identifier: MIT
//
// Errors of a wrongly built dataflow.
#pragma once

#include <tidemark/progress/location.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A dataflow that cannot run as it is built: an unconnected input, a cycle that does not advance,
/// a duplicate step id. Thrown while building, before anything runs; the text names the operators.
class DataflowError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A cycle round which a timestamp could cause itself.
class CycleError : public DataflowError {
 public:
  /// `text` names the operators of `cycle`, whose first location follows its last.
  CycleError(const std::string& text, std::vector<LocationId> cycle)
      : DataflowError(text),
        cycle_(std::move(cycle)) {}

  /// The locations of the cycle, in order; the first follows the last.
  const std::vector<LocationId>& cycle() const { return cycle_; }

 private:
  std::vector<LocationId> cycle_;
};

}  // namespace tidemark
