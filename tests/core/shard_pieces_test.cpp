// SPDX-License-Identifier: MIT
//
// What one worker's shard of a dataflow is made of, each piece by itself and without workers:
// outbox, rests, queues and channels, activation, followed frontiers, holdings.
#include <tidemark/core/batch.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/records/exchange_channel.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/records/pipeline_channel.hpp>
#include <tidemark/core/records/rests.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/activation.hpp>
#include <tidemark/core/shard/followed_frontiers.hpp>
#include <tidemark/core/shard/holdings.hpp>

#include <tests/core/due_of_nobody.hpp>
#include <tests/core/ledger_setup.hpp>
#include <tests/support.hpp>

#include <stdexcept>

namespace tidemark::shard_pieces_test {
namespace {

using namespace tests;
using Changes = std::vector<ProgressBatch<Epoch>::Change>;

/// The changes of a step, compacted.
Changes changes_of(StepState<Epoch>& state) {
  state.pending.compact();
  return {state.pending.changes().begin(), state.pending.changes().end()};
}

struct Letter final : Envelope {
  explicit Letter(int& count) : released(&count) {}
  void release() override { ++*released; }
  int* released;
};

struct Cart final : Departure {
  explicit Cart(std::vector<std::string>& to) : log(&to) {}
  void depart() override { log->push_back("cart"); }
  std::vector<std::string>* log;
};

TEST_CASE("an outbox delivers once and in order, and departures after envelopes", "[outbox]") {
  std::vector<std::string> log;
  int released = 0;
  Letter first(released);
  Letter second(released);
  Cart cart(log);
  Outbox outbox;
  outbox.send(cart);
  outbox.send(7, first);
  outbox.send(3, second);
  CHECK_FALSE(outbox.empty());
  const auto deliver = [&](std::uint32_t to, Envelope&) { log.push_back(std::to_string(to)); };
  outbox.deliver_all(deliver);
  CHECK(log == std::vector<std::string>{"7", "3", "cart"});
  CHECK(outbox.empty());
  outbox.deliver_all(deliver);
  CHECK(log.size() == 3);
  CHECK(released == 0);
}

TEST_CASE("what is in an outbox that goes is given back", "[outbox]") {
  int released = 0;
  Letter letter(released);
  {
    Outbox outbox;
    outbox.send(0, letter);
  }
  CHECK(released == 1);
}

struct Step final : RestOfPush {
  std::function<void()> act;
  void push_rest() override { act(); }
};

TEST_CASE("rests are pushed in order, with those that they add, and not again after a throw",
          "[rests]") {
  Rests rests;
  std::string log;
  Step a;
  Step b;
  Step c;
  c.act = [&] { log += 'c'; };
  a.act = [&] {
    log += 'a';
    rests.push_later(c);
  };
  b.act = [&] {
    log += 'b';
    throw std::runtime_error("b");
  };
  rests.push_later(a);
  rests.push_later(b);
  CHECK_THROWS_WITH(rests.push_all(), "b");
  CHECK(log == "ab");
  rests.push_all();
  CHECK(log == "abc");
  rests.push_all();
  CHECK(log == "abc");
}

/// Worker 1 of 3, and an input of operator 1.
struct Shard {
  Shard() {
    state.worker = 1;
    state.peers = 3;
    state.dataflow = 4;
    state.due = due.mark;
    state.active = IndexSet(3);
    input.set_location(b_in);
  }
  BatchPool<Epoch> pool{record_type<int>};
  DueOfNobody due;
  StepState<Epoch> state;
  InputPort<Epoch, int> input{state, {OperatorId{1}, 0}, "step"};
};

/// Sends each number to the worker of its number, modulo the workers.
std::unique_ptr<Router> by_value() {
  const auto route = [](const int& record) { return static_cast<std::uint64_t>(record); };
  using Pact = Exchange<std::remove_const_t<decltype(route)>>;
  return std::make_unique<detail::PactRouter<int, Pact>>(Pact{route});
}

TEST_CASE("a pipeline needs no more than a queue and a pool: it counts a batch and queues it",
          "[channel]") {
  Shard shard;
  PipelineChannel<Epoch> pipeline(shard.input, shard.pool);
  std::vector<int> records{1, 2, 3};
  pipeline.push(5, erased(records));
  CHECK(records.empty());
  CHECK(shard.state.active.contains(1));
  CHECK(changes_of(shard.state) == Changes{{{b_in, 5}, 1}});
  std::vector<int> taken;
  shard.input.for_each([&](auto& batch) {
    CHECK(batch.time == Epoch{5});
    taken.assign(batch.begin(), batch.end());
  });
  CHECK(taken == std::vector<int>{1, 2, 3});
  CHECK(changes_of(shard.state).empty());  // counted, and consumed
}

TEST_CASE("an exchange needs no more than an outbox and the pending counts", "[channel]") {
  Shard shard;
  ExchangeChannel<Epoch> exchange(shard.input, shard.pool, shard.state, 9, by_value());
  std::vector<int> records{0, 1, 2, 3, 4};
  exchange.push(5, erased(records));
  CHECK(changes_of(shard.state) == Changes{{{b_in, 5}, 3}});  // one open batch for each worker
  CHECK(shard.state.outbox.empty());
  exchange.flush();
  std::map<std::uint32_t, std::vector<int>> sent;
  shard.state.outbox.deliver_all([&](std::uint32_t to, Envelope& envelope) {
    CHECK(envelope.dataflow == 4);
    CHECK(envelope.channel == 9);
    CHECK(envelope.sender == 1);
    Batch<Epoch, int> batch(static_cast<AnyBatch<Epoch>&>(envelope));
    sent[to] = batch.records;
    envelope.release();
  });
  CHECK(sent == std::map<std::uint32_t, std::vector<int>>{{0, {0, 3}}, {2, {2}}});
  std::vector<int> own;
  shard.input.for_each([&](auto& batch) { own.assign(batch.begin(), batch.end()); });
  CHECK(own == std::vector<int>{1, 4});
  CHECK(changes_of(shard.state) == Changes{{{b_in, 5}, 2}});  // on their way
}

TEST_CASE("an open batch goes on when its timestamp comes again", "[channel]") {
  Shard shard;
  ExchangeChannel<Epoch> exchange(shard.input, shard.pool, shard.state, 9, by_value());
  for (int round = 0; round != 3; ++round) {
    std::vector<int> to_first{0};
    exchange.push(5, erased(to_first));
    std::vector<int> to_last{2};
    exchange.push(6, erased(to_last));
  }
  CHECK(changes_of(shard.state) == Changes{{{b_in, 5}, 1}, {{b_in, 6}, 1}});
  exchange.flush();
  std::vector<std::pair<std::uint32_t, std::size_t>> sent;
  shard.state.outbox.deliver_all([&](std::uint32_t to, Envelope& envelope) {
    sent.emplace_back(to, static_cast<AnyBatch<Epoch>&>(envelope).records.size());
    envelope.release();
  });
  CHECK(sent == std::vector<std::pair<std::uint32_t, std::size_t>>{{0, 3}, {2, 3}});
}

int taken_by_function = 0;
void take_by_function(Batch<Epoch, int>& batch) {
  taken_by_function += batch.records.front();
}

TEST_CASE(
    "batches are taken by whatever can be called, and a reference to the one before is another",
    "[input_queue]") {
  Shard shard;
  PipelineChannel<Epoch> pipeline(shard.input, shard.pool);
  const auto fill = [&] {
    for (int n = 1; n != 4; ++n) {
      std::vector<int> records{n};
      pipeline.push(5, erased(records));
    }
  };
  fill();
  std::vector<const void*> views;
  auto named = [&](auto& batch) {
    CHECK(shard.state.in_hand->batch == &batch);
    views.push_back(&batch);
  };
  shard.input.for_each(named);
  REQUIRE(views.size() == 3);
  CHECK(views[0] != views[1]);
  CHECK(views[1] != views[2]);
  fill();
  shard.input.for_each(take_by_function);
  CHECK(taken_by_function == 6);
}

TEST_CASE("an exception while a batch is in hand leaves it counted, and names the timestamp",
          "[input_queue]") {
  Shard shard;
  PipelineChannel<Epoch> pipeline(shard.input, shard.pool);
  std::vector<int> records{1};
  pipeline.push(5, erased(records));
  CHECK_THROWS_WITH(shard.input.for_each([](auto&) { throw std::runtime_error("no"); }),
                    Catch::Contains("step") && Catch::Contains("worker 1") && Catch::Contains("5"));
  CHECK_FALSE(shard.input.empty());
  CHECK(changes_of(shard.state) == Changes{{{b_in, 5}, 1}});
  CHECK(shard.state.in_hand == nullptr);
}

TEST_CASE("a shard holds what its capabilities, queues and open buffers hold", "[holdings]") {
  Shard shard;
  ExchangeChannel<Epoch> exchange(shard.input, shard.pool, shard.state, 9, by_value());
  std::vector<int> records{0, 3};
  exchange.push(5, erased(records));
  std::vector<std::unique_ptr<InputQueueBase<Epoch>>> inputs;
  auto queue =
      std::make_unique<InputPort<Epoch, int>>(shard.state, TargetPort{OperatorId{2}, 0}, "c");
  queue->set_location(c_in);
  PipelineChannel<Epoch> pipeline(*queue, shard.pool);
  records = {8};
  pipeline.push(6, erased(records));
  inputs.push_back(std::move(queue));
  std::vector<OperatorShard<Epoch>> operators(1);
  auto book = std::make_shared<CapabilityBook<Epoch>>();
  book->location = a_out;
  operators[0].outputs.push_back(book);
  const auto capability = Capability<Epoch>::adopt(book, 7);

  using Kind = Explanation::Holder::Kind;
  const auto held = holdings_of(operators, inputs, {&exchange});
  REQUIRE(held.size() == 3);
  CHECK((held[0].kind == Kind::capability && held[0].pointstamp == Pointstamp<Epoch>{a_out, 7}));
  CHECK((held[1].kind == Kind::queued_batch && held[1].pointstamp == Pointstamp<Epoch>{c_in, 6}));
  CHECK((held[2].kind == Kind::open_batch && held[2].pointstamp == Pointstamp<Epoch>{b_in, 5}));
}

/// The operators of three_in_a_row as one worker has them.
struct Row {
  std::shared_ptr<const Topology<Epoch>> topology = three_in_a_row<Epoch>();
  std::vector<OperatorShard<Epoch>> operators{std::size_t{3}};
  DueOfNobody due;
  StepState<Epoch> state;
  RunningOperator running;
  ShardWatch<Epoch> watch;

  Row() {
    state.active = IndexSet(3);
    state.due = due.mark;
    for (OperatorShard<Epoch>& op : operators) op.logic = [] {};
    for (std::uint32_t op = 0; op != 3; ++op) operators[op].name = topology->operators()[op].name;
  }
};

TEST_CASE("while an operator runs others see which, and afterwards that none does",
          "[activation]") {
  Row row;
  Activation<Epoch> activation;
  activation.attach(row.operators, row.state, row.running, row.watch);
  std::vector<std::optional<std::uint32_t>> seen;
  row.operators[1].logic = [&] { seen.push_back(row.running.get()); };
  row.operators[2].on_close = [&] { seen.push_back(row.running.get()); };
  activation.run(1);
  activation.close_all();
  CHECK(seen == std::vector<std::optional<std::uint32_t>>{1, 2});
  CHECK(row.running.get() == std::nullopt);
}

TEST_CASE("an activation pushes the rests, and names the operator whose code throws",
          "[activation]") {
  Row row;
  Activation<Epoch> activation;
  activation.attach(row.operators, row.state, row.running, row.watch);
  bool pushed = false;
  Step rest;
  rest.act = [&] { pushed = true; };
  row.operators[1].logic = [&] { row.state.rests.push_later(rest); };
  activation.run(1);
  CHECK(pushed);
  row.operators[2].logic = [] { throw std::runtime_error("no more"); };
  CHECK_THROWS_WITH(activation.run(2), Catch::Contains("'c'") && Catch::Contains("no more"));
}

TEST_CASE("a checked activation may send only what it held or consumed, and keeps what others did",
          "[activation]") {
  Row row;
  Activation<Epoch> activation;
  Watcher watcher;
  watcher.checks_batch_rule = true;
  row.watch.attach(&watcher, *row.topology, row.operators, row.state);
  activation.attach(row.operators, row.state, row.running, row.watch);
  row.state.pending.update({a_out, 1}, -1);  // of an earlier operator
  row.operators[1].logic = [&] {
    row.state.pending.update({b_in, 3}, -1);
    row.state.pending.update({c_in, 3}, +1);
  };
  activation.run(1);
  CHECK(changes_of(row.state) == Changes{{{a_out, 1}, -1}, {{b_in, 3}, -1}, {{c_in, 3}, 1}});
  row.operators[1].logic = [&] { row.state.pending.update({c_in, 3}, +1); };
  CHECK_THROWS_WITH(activation.run(1), Catch::Contains("broke the batch rule"));
}

/// A ledger that counts a capability at a.out, and the frontiers that operator c follows.
struct Following : Row {
  SharedLedger<Epoch> ledger{topology,
                             1,
                             NegativeCounts::forbidden,
                             progress_batch<Epoch>({{{a_out, 0}, 1}}),
                             [](std::uint32_t) {},
                             nullptr};
  FrontierWatch<Epoch> watch{c_in, {}};
  FollowedFrontiers<Epoch> frontiers;

  explicit Following(Interest interest) {
    operators[2].interest = interest;
    operators[2].watches.push_back(&watch);
    frontiers.attach(ledger, *topology, 0, operators, state.active, nullptr);
  }
  void move(Epoch from, Epoch to) {
    ledger.append(entry_of(progress_batch<Epoch>({{{a_out, from}, -1}, {{a_out, to}, +1}})));
    ledger.combine();
  }
  bool is_to_run() {
    frontiers.look();
    return state.active.pop_from(0) != IndexSet::none;
  }
};

TEST_CASE("an operator runs when a frontier that it follows has moved", "[followed_frontiers]") {
  Following row(Interest::always);
  row.frontiers.update(2);
  row.state.active = IndexSet(3);  // it has looked
  CHECK_FALSE(row.is_to_run());
  row.move(0, 3);
  CHECK(row.is_to_run());
  CHECK(row.watch.reader.frontier() == Antichain<Epoch>{3});
  CHECK_FALSE(row.is_to_run());
}

TEST_CASE("an operator follows while it holds a capability, and no longer",
          "[followed_frontiers]") {
  Following row(Interest::when_holding);
  auto book = std::make_shared<CapabilityBook<Epoch>>();
  row.operators[2].outputs.push_back(book);
  row.frontiers.update(2);
  row.move(0, 1);
  CHECK_FALSE(row.is_to_run());
  {
    const auto capability = Capability<Epoch>::adopt(book, 0);
    row.frontiers.update(2);
    CHECK(row.is_to_run());  // to see what has moved until now
    row.move(1, 2);
    CHECK(row.is_to_run());
  }
  row.frontiers.update(2);
  row.move(2, 3);
  CHECK_FALSE(row.is_to_run());
}

TEST_CASE("after more moves than are remembered everybody who follows looks",
          "[followed_frontiers]") {
  Following row(Interest::always);
  row.frontiers.update(2);
  row.state.active = IndexSet(3);
  for (std::uint64_t n = 0; n != 2 * Publication<Epoch>::recent_moves; ++n) row.move(n, n + 1);
  CHECK(row.is_to_run());
  CHECK(row.watch.reader.frontier() == Antichain<Epoch>{2 * Publication<Epoch>::recent_moves});
}

}  // namespace
}  // namespace tidemark::shard_pieces_test
