// SPDX-License-Identifier: MIT
#include <tidemark/core/process/stopping.hpp>

#include <utility>

namespace tidemark {

void Stopping::request() {
  std::vector<std::function<void()>> actions;
  {
    const std::lock_guard lock(mutex_);
    requested_.store(true, std::memory_order_seq_cst);
    actions = actions_;
  }
  for (const auto& action : actions) action();
}

void Stopping::on_request(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  actions_.push_back(std::move(action));
}

void Stopping::fail(std::exception_ptr error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  failed_.store(true, std::memory_order_seq_cst);
}

void Stopping::rethrow_failure() const {
  const std::lock_guard lock(mutex_);
  if (error_) std::rethrow_exception(error_);
}

}  // namespace tidemark
