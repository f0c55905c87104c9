// SPDX-License-Identifier: MIT
//
// Starting a thread, or saying what there is too little of.
#pragma once

#include <tidemark/core/alternate_stack.hpp>
#include <tidemark/core/pin_thread.hpp>

#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace tidemark {

/// The system gives no further thread to this process, its user or its container.
class ThreadError : public std::runtime_error {
 public:
  /// Says what the system has said, and which limits may be the reason.
  explicit ThreadError(const std::system_error& error);
};

/// A std::jthread, or a std::thread, that runs `body`, with an alternate stack. Throws ThreadError.
template <typename Thread = std::jthread, typename Body>
Thread start_thread(Body body) {
  try {
    return Thread([body = std::move(body), processors = unpinned_processors()]() mutable {
      if (processors) run_on(*processors);
      have_alternate_stack();
      body();
    });
  } catch (const std::system_error& error) {
    throw ThreadError(error);
  }
}

}  // namespace tidemark
