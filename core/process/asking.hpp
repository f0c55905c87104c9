// SPDX-License-Identifier: MIT
//
// Asking: how long one waits for the answers of workers.
#pragma once

#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/explanation.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace tidemark {

/// Waits up to a second for the answers, without holding a thread, and calls `report` with the
/// explanations of all questions, on a thread of the executor's timers; or not at all, if the run
/// ends before. Requires: the executor outlives it.
void report_when_answered(Executor& executor, std::vector<std::shared_ptr<Question>> questions,
                          std::function<void(const std::vector<Explanation>&)> report);

}  // namespace tidemark
