// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/system_reason.hpp>
#include <tidemark/progress/check.hpp>

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

namespace tidemark {
namespace {

std::string sentence(const std::string& step, std::uint32_t worker, const std::string& time,
                     const std::string& reason) {
  std::string text = "step '" + step + "' failed on worker " + std::to_string(worker);
  if (!time.empty()) text += " at timestamp " + time;
  return text + ": " + reason;
}

std::string reason_of_current_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return system_reason(ENOMEM);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace

StepError::StepError(std::string step_name, std::uint32_t worker_index, std::string timestamp,
                     const std::string& reason)
    : std::runtime_error(sentence(step_name, worker_index, timestamp, reason)),
      step_(std::move(step_name)),
      worker_(worker_index),
      time_(std::move(timestamp)) {}

ClosureError::ClosureError(std::uint32_t worker_index, const std::string& reason)
    : std::runtime_error("the closure of worker " + std::to_string(worker_index) +
                         " failed: " + reason),
      worker_(worker_index) {}

void rethrow_as_step_error(const std::string& step, std::uint32_t worker, const std::string& time) {
  TIDEMARK_CHECK(std::current_exception() != nullptr, "what is rethrown has been caught");
  try {
    throw;
  } catch (const StepError&) {
    throw;
  } catch (const ReplayError&) {
    throw;
  } catch (const RunStopped&) {
    throw;
  } catch (...) {
    std::throw_with_nested(StepError(step, worker, time, reason_of_current_exception()));
  }
}

void rethrow_as_closure_error(std::uint32_t worker) {
  TIDEMARK_CHECK(std::current_exception() != nullptr, "what is rethrown has been caught");
  try {
    throw;
  } catch (const StepError&) {
    throw;
  } catch (const DataflowError&) {
    throw;
  } catch (const CapabilityError&) {
    throw;
  } catch (const ReplayError&) {
    throw;
  } catch (const RunStopped&) {
    throw;
  } catch (...) {
    std::throw_with_nested(ClosureError(worker, reason_of_current_exception()));
  }
}

}  // namespace tidemark
