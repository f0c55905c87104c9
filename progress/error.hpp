// SPDX-License-Identifier: MIT
//
// Errors of a wrongly built dataflow.
#pragma once

#include <stdexcept>

namespace tidemark {

/// A dataflow that cannot run as it is built: an unconnected input, a cycle that does not advance,
/// a duplicate step id. Thrown while building, before anything runs; the text names the operators.
class DataflowError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace tidemark
