// SPDX-License-Identifier: MIT
//
// Asking: how long one waits for the answers of workers.
#pragma once

#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/timers.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace tidemark {

/// Waits up to a second for the answers, without holding a thread, and calls `report` with the
/// explanations of all questions, as one of `timers`; or not at all, if they are closed before.
void report_when_answered(Timers& timers, std::vector<std::shared_ptr<Question>> questions,
                          std::function<void(const std::vector<Explanation>&)> report);

}  // namespace tidemark
