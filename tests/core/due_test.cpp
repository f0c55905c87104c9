// SPDX-License-Identifier: MIT
//
// A worker's step visits the dataflows that have something to do, in the order in which they were
// built, and no others.
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/worker.hpp>

#include <tests/support.hpp>

namespace tidemark::due_test {
namespace {

struct Letter final : Envelope {
  void release() override {}
};

/// What a worker steps: notes that, and has more to do if it is told.
class Visited final : public DataflowInstance {
 public:
  Visited(std::uint32_t number, std::vector<std::uint32_t>& visits)
      : number_(number),
        visits_(&visits) {}

  Next step() override {
    visits_->push_back(number_);
    if (act) act();
    return goes_on ? Next::more : Next::rest;
  }
  void close() override {}
  void cancel() noexcept override {}
  void require_inputs_closed() const override {}
  void accept(Envelope& envelope) override { envelope.release(); }
  void wake(std::uint32_t) override {}

  std::function<void()> act;
  bool goes_on = false;

 private:
  std::uint32_t number_;
  std::vector<std::uint32_t>* visits_;
};

/// A worker with 200 of them.
struct Many {
  Many() {
    for (std::uint32_t d = 0; d != 200; ++d) {
      bits.push_back(worker.next_due_bits());
      auto instance = std::make_unique<Visited>(d, visits);
      dataflows.push_back(instance.get());
      worker.add(std::move(instance));
    }
    worker.step();
  }
  /// Those that a step visits.
  std::vector<std::uint32_t> step() {
    visits.clear();
    more = worker.step();
    return visits;
  }
  void mark(std::uint32_t dataflow) { bits[dataflow]->set(DueBits::bit_of(dataflow)); }

  std::vector<std::uint32_t> visits;
  Embedded embedded;
  Worker& worker = embedded.worker();
  std::vector<std::shared_ptr<DueBits>> bits;
  std::vector<Visited*> dataflows;
  bool more = false;
};

using Visits = std::vector<std::uint32_t>;

TEST_CASE("a worker steps all dataflows once, in the order in which they were built", "[due]") {
  const Many many;
  REQUIRE(many.visits.size() == 200);
  for (std::uint32_t d = 0; d != 200; ++d) CHECK(many.visits[d] == d);
}

TEST_CASE("a worker steps no dataflow that has nothing to do", "[due]") {
  Many many;
  CHECK(many.step().empty());
  CHECK_FALSE(many.more);
  Letter letter;
  letter.dataflow = 130;
  many.worker.post(letter);
  many.bits[7]->wake(DueBits::bit_of(7));
  many.mark(199);
  CHECK(many.step() == Visits{7, 130, 199});
  CHECK_FALSE(many.more);
  CHECK(many.step().empty());
}

TEST_CASE("a dataflow that has more to do is stepped again, and the worker does not rest",
          "[due]") {
  Many many;
  many.dataflows[70]->goes_on = true;
  many.mark(70);
  CHECK(many.step() == Visits{70});
  CHECK(many.more);
  many.dataflows[70]->goes_on = false;
  CHECK(many.step() == Visits{70});
  CHECK_FALSE(many.more);
  CHECK(many.step().empty());
}

TEST_CASE("what one dataflow changes in another is done in the same step or in the next", "[due]") {
  Many many;
  many.dataflows[80]->act = [&] {
    for (const std::uint32_t other : {3, 75, 80, 81, 150}) many.mark(other);
  };
  many.mark(80);
  CHECK(many.step() == Visits{80, 81, 150});
  CHECK(many.more);
  CHECK(many.step() == Visits{3, 75});
  CHECK_FALSE(many.more);
}

TEST_CASE("of many dataflows only that is stepped which is fed, and then reports", "[due]") {
  Embedded embedded;
  std::vector<InputHandle<Epoch, int>> inputs;
  std::vector<Probe<Epoch>> probes;
  std::vector<int> runs(100);
  inputs.reserve(runs.size());
  for (int& of : runs) {
    auto [input, probe] = embedded.worker().dataflow<Epoch>([&of](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      auto passed = unary<int>(stream, Pipeline{}, "pass", "", [&of](auto& in, auto& out) {
        ++of;
        in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
      return std::pair(std::move(handle), tidemark::probe(passed));
    });
    inputs.push_back(std::move(input));
    probes.push_back(probe);
  }
  while (embedded.step()) {
  }
  const std::vector<int> before = runs;
  for (std::size_t d = 0; d < runs.size(); d += 33) {
    inputs[d].send(1);
    inputs[d].advance_to(1);
  }
  while (embedded.step()) {
  }
  for (std::size_t d = 0; d != runs.size(); ++d) {
    CHECK(runs[d] == before[d] + (d % 33 == 0 ? 1 : 0));
    CHECK(probes[d].less_than(1) == (d % 33 != 0));
  }
  inputs[50].advance_to(1);  // and has nothing to push
  while (embedded.step()) {
  }
  CHECK_FALSE(probes[50].less_than(1));
  inputs.clear();
  embedded.step_while([&] { return embedded.has_dataflows(); });
}

}  // namespace
}  // namespace tidemark::due_test
