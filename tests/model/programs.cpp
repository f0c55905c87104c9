// SPDX-License-Identifier: MIT
#include <tests/model/system.hpp>

#include <utility>

namespace tidemark::model {
namespace {

/// Builds programs whose operators join all inputs with all outputs.
class Builder {
 public:
  /// A loop; the operators that follow stand in it, until `stand_in` says otherwise.
  std::uint32_t loop(std::string name) {
    scopes_.push_back({std::move(name), scope_});
    return scope_ = static_cast<std::uint32_t>(scopes_.size() - 1);
  }
  void stand_in(std::uint32_t scope) { scope_ = scope; }

  OperatorId add(std::string name, std::uint32_t inputs, std::uint32_t outputs,
                 std::uint32_t depth = 0, Summary summary = {}) {
    return add(std::move(name), inputs, outputs, PortDepths{depth, depth}, summary);
  }
  OperatorId feedback(std::string name, std::uint32_t depth) {
    return add(std::move(name), 1, 1, depth, {NestedSummary<Epoch, 2>::feedback(depth, 1)});
  }
  OperatorId leave(std::string name, std::uint32_t depth) {
    return add(std::move(name), 1, 1, PortDepths{depth, depth - 1},
               {NestedSummary<Epoch, 2>::leave(depth)});
  }
  OperatorId add(std::string name, std::uint32_t inputs, std::uint32_t outputs, PortDepths depths,
                 Summary summary) {
    scope_of_.push_back(scope_);
    std::vector<Connection<Time>> all;
    for (std::uint32_t i = 0; i != inputs; ++i)
      for (std::uint32_t o = 0; o != outputs; ++o) all.push_back({i, o, summary});
    return builder_.add_operator(std::move(name), inputs, outputs, std::move(all), depths);
  }

  void pipeline(OperatorId from, OperatorId to, std::uint32_t input = 0, std::uint32_t output = 0) {
    builder_.connect({from, output}, {to, input});
    exchanges_.push_back(false);
  }
  void exchange(OperatorId from, OperatorId to, std::uint32_t input = 0) {
    builder_.connect({from, 0}, {to, input});
    exchanges_.push_back(true);
  }

  Program freeze() && {
    return {std::make_shared<const Topology<Time>>(std::move(builder_).freeze()),
            std::move(exchanges_), std::move(scopes_), std::move(scope_of_)};
  }

 private:
  TopologyBuilder<Time> builder_;
  std::vector<bool> exchanges_;
  std::vector<FlowScope> scopes_{{}};
  std::vector<std::uint32_t> scope_of_;
  std::uint32_t scope_ = 0;
};

}  // namespace

Program straight() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  const OperatorId sink = build.add("sink", 1, 0);
  build.exchange(input, sink);
  return std::move(build).freeze();
}

Program two_steps() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  const OperatorId step = build.add("step", 1, 1);
  const OperatorId sink = build.add("sink", 1, 0);
  build.exchange(input, step);
  build.exchange(step, sink);
  return std::move(build).freeze();
}

Program branch() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  const OperatorId branch = build.add("branch", 1, 2);
  const OperatorId small = build.add("small", 1, 0);
  const OperatorId large = build.add("large", 1, 0);
  build.exchange(input, branch);
  build.exchange(branch, small);
  build.pipeline(branch, large, 0, 1);
  return std::move(build).freeze();
}

Program one_loop() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  build.loop("loop");
  const OperatorId body = build.add("body", 2, 1, 1);
  const OperatorId feedback = build.feedback("feedback", 1);
  build.stand_in(0);
  const OperatorId leave = build.leave("leave", 1);
  build.pipeline(input, body, 0);
  build.exchange(body, feedback);
  build.pipeline(feedback, body, 1);
  build.pipeline(body, leave);
  return std::move(build).freeze();
}

Program idle_loop() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  build.loop("loop");
  const OperatorId body = build.add("body", 2, 1, 1);
  const OperatorId feedback = build.add("feedback", 1, 1, 1, Summary{{}, true});
  build.pipeline(input, body, 0);
  build.exchange(body, feedback);
  build.pipeline(feedback, body, 1);
  return std::move(build).freeze();
}

Program nested_loops() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  const std::uint32_t around = build.loop("around");
  const OperatorId head = build.add("head", 2, 1, 1);
  build.loop("within");
  const OperatorId body = build.add("body", 2, 1, 2);
  const OperatorId inner = build.feedback("inner", 2);
  build.stand_in(around);
  const OperatorId leave = build.leave("leave", 2);
  const OperatorId outer = build.feedback("outer", 1);
  build.pipeline(input, head, 0);
  build.pipeline(head, body, 0);
  build.exchange(body, inner);
  build.pipeline(inner, body, 1);
  build.pipeline(body, leave);
  build.exchange(leave, outer);
  build.pipeline(outer, head, 1);
  return std::move(build).freeze();
}

Program loops_in_a_loop() {
  Builder build;
  const OperatorId input = build.add("input", 0, 1);
  const std::uint32_t around = build.loop("around");
  build.loop("left");
  const OperatorId left = build.add("left", 3, 1, 2);
  const OperatorId again_left = build.feedback("again-left", 2);
  build.stand_in(around);
  const OperatorId leave_left = build.leave("leave-left", 2);
  build.loop("right");
  const OperatorId right = build.add("right", 2, 1, 2);
  const OperatorId again_right = build.feedback("again-right", 2);
  build.stand_in(around);
  const OperatorId leave_right = build.leave("leave-right", 2);
  const OperatorId outer = build.feedback("outer", 1);
  build.pipeline(input, left, 0);
  build.exchange(left, again_left);
  build.pipeline(again_left, left, 1);
  build.pipeline(left, leave_left);
  build.exchange(leave_left, right, 0);
  build.pipeline(right, again_right);
  build.pipeline(again_right, right, 1);
  build.pipeline(right, leave_right);
  build.exchange(leave_right, outer);
  build.pipeline(outer, left, 2);
  return std::move(build).freeze();
}

}  // namespace tidemark::model
