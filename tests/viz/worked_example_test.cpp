// SPDX-License-Identifier: MIT
//
// The loop that progress/README.md works out: each label that the search takes up, and a picture of
// each step.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/loops/feedback.hpp>
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/tracker.hpp>
#include <tidemark/viz/dot.hpp>

#include <tests/support.hpp>
#include <tests/viz/committed_picture.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::worked_example_test {
namespace {

using Number = std::uint64_t;
using Time = Nested<Epoch, 1>;
using Lines = std::vector<std::string>;

struct Example {
  FlowGraph graph;
  std::shared_ptr<const Topology<Time>> topology;
};

/// input → [loop: body → feedback → body] → leave → output.
Example example() {
  Example built;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto input = worker.dataflow<Time>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      auto& loop = scope.add_loop("loop");
      auto [back, again] = feedback<Number>(loop);
      OperatorBuilder<Nested<Epoch, 1, 1>> body(loop, "body");
      auto& entered = body.input(numbers | enter(loop), Pipeline{});
      auto& round = body.input(again, Pipeline{});
      auto [out, next] = body.template output<Number>();
      body.build([&entered, &round, &out = out] {
        for (auto* in : {&entered, &round})
          in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
      back.connect(next);
      OperatorBuilder<Nested<Epoch, 0, 1>> output(scope, "output");
      auto& end = output.input(next | leave(), Pipeline{});
      output.build([&end] { end.for_each([](auto&) {}); });
      scope.when_attached([&](const Topology<Time>& topology) {
        built.topology = std::make_shared<const Topology<Time>>(topology);
      });
      return std::move(handle);
    });
    built.graph = worker.process().dataflows().front()->graph();
  });
  return built;
}

/// Follows a tracker at work: what it does, and the frontiers as far as it has settled them.
class Watch {
 public:
  explicit Watch(const Topology<Time>& topology)
      : topology_(&topology),
        shown_(topology.locations()) {}

  /// Propagates; `before(event)` is called before each event is taken in.
  template <typename Before>
  Lines propagate(Tracker<Time>& tracker, Before before) {
    Lines events;
    std::map<LocationId, Antichain<Time>> settled;
    tracker.propagate(
        [&](LocationId location, const Antichain<Time>&, const Antichain<Time>& now) {
          const std::string event = topology_->describe(location) + " " + text_of(now, location);
          before(event);
          events.push_back(event);
          if (settled.contains(location)) CHECK(shown_[location.value] == now);
          shown_[location.value] = now;
        },
        [&](LocationId location, const Time& time, bool is_settled) {
          const std::string event = to_text(time) + " " + topology_->describe(location) +
                                    (is_settled ? " settled" : " dominated");
          before(event);
          events.push_back(event);
          if (!is_settled) return;
          settled[location].insert(time);
          shown_[location.value] = settled[location];
        });
    return events;
  }

  /// What there is to draw: the counts of `tracker`, and the frontiers as they are known.
  ProgressSnapshot snapshot(const Tracker<Time>& tracker, std::uint64_t sequence) const {
    ProgressSnapshot snapshot{.sequence = sequence, .visits = tracker.visits()};
    for (std::uint32_t l = 0; l != topology_->locations(); ++l) {
      const std::uint32_t depth = topology_->depth({l});
      PortProgress& port = snapshot.ports.emplace_back();
      port.name = topology_->describe({l});
      port.is_target = topology_->is_target({l});
      for (const auto& [time, count] : tracker.counts({l}).entries())
        port.counts.push_back({to_text(time, depth), count});
      for (const Time& time : shown_[l]) port.frontier.push_back(to_text(time, depth));
    }
    return snapshot;
  }

 private:
  std::string text_of(const Antichain<Time>& frontier, LocationId location) const {
    std::string text;
    for (const Time& time : frontier)
      text += (text.empty() ? "" : ", ") + to_text(time, topology_->depth(location));
    return "{" + text + "}";
  }

  const Topology<Time>* topology_;
  std::vector<Antichain<Time>> shown_;  // by location
};

TEST_CASE("the loop that progress/README.md shows goes as its table and its pictures say",
          "[tracker][loop][pictures]") {
  const Example built = example();
  const Topology<Time>& topology = *built.topology;
  Tracker<Time> tracker(built.topology);
  Watch watch(topology);
  const auto at = [&](const std::string& name) {
    std::uint32_t l = 0;
    while (topology.describe({l}) != name) ++l;
    return LocationId{l};
  };
  int pictures = 0;
  std::uint64_t sequence = 0;
  const auto draw = [&](const std::string& title) {
    FlowGraph graph = built.graph;
    graph.name = std::to_string(pictures) + ". " + title;
    tests::check_picture("loop-" + std::to_string(pictures++),
                         to_dot(graph, watch.snapshot(tracker, sequence)));
  };

  // As every dataflow begins: with a capability at the minimum.
  tracker.update({at("input.out0"), Time::minimum()}, +1);
  watch.propagate(tracker, [](const std::string&) {});

  sequence = 1;
  tracker.update({at("input.out0"), Time::minimum()}, -1);
  tracker.update({at("input.out0"), Time{4, 0}}, +1);
  tracker.update({at("body.in1"), Time{3, 2}}, +1);
  draw("counts have changed");
  std::uint64_t visits = tracker.visits();
  const Lines first = watch.propagate(tracker, [&](const std::string& event) {
    if (event == "(3,2) body.in1 settled") draw("the sweep has come to the loop");
    if (event == "(4,0) body.out0 settled") draw("labels of epoch 3 are settled");
    if (event == "leave.in0 {(3,2), (4,0)}") draw("labels of epoch 4 are settled");
  });
  draw("the sweep has come to the end");
  CHECK(first == Lines{"input.out0 {4}",                //
                       "body.in0 {(4,0)}",              //
                       "(3,2) body.in1 settled",        //
                       "(3,2) body.out0 settled",       //
                       "(3,2) feedback.in0 settled",    //
                       "(3,3) feedback.out0 settled",   //
                       "(3,3) body.in1 dominated",      //
                       "(4,0) body.out0 settled",       //
                       "(4,0) feedback.in0 settled",    //
                       "(4,1) feedback.out0 settled",   //
                       "(4,1) body.in1 settled",        //
                       "(4,1) body.out0 dominated",     //
                       "feedback.out0 {(3,3), (4,1)}",  //
                       "body.in1 {(3,2), (4,1)}",       //
                       "body.out0 {(3,2), (4,0)}",      //
                       "feedback.in0 {(3,2), (4,0)}",   //
                       "leave.in0 {(3,2), (4,0)}",      //
                       "leave.out0 {3}",                //
                       "output.in0 {3}"});
  CHECK(tracker.visits() - visits == 2 + 10 + 3);

  // The body takes the batch and sends nothing.
  sequence = 2;
  tracker.update({at("body.in1"), Time{3, 2}}, -1);
  visits = tracker.visits();
  const Lines second = watch.propagate(tracker, [](const std::string&) {});
  draw("the batch is consumed");
  CHECK(second == Lines{"(4,0) body.out0 settled",      //
                        "(4,0) feedback.in0 settled",   //
                        "(4,1) feedback.out0 settled",  //
                        "(4,1) body.in1 settled",       //
                        "(4,1) body.out0 dominated",    //
                        "feedback.out0 {(4,1)}",        //
                        "body.in1 {(4,1)}",             //
                        "body.out0 {(4,0)}",            //
                        "feedback.in0 {(4,0)}",         //
                        "leave.in0 {(4,0)}",            //
                        "leave.out0 {4}",               //
                        "output.in0 {4}"});
  CHECK(tracker.visits() - visits == 5 + 3);
  CHECK(pictures == 6);
}

}  // namespace
}  // namespace tidemark::worked_example_test
