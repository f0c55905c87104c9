// SPDX-License-Identifier: MIT
//
// Ledger: atomic batches, a plain value, and what the order of senders does not matter for.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/ledger.hpp>

#include <tests/progress/random_topology.hpp>
#include <tests/support.hpp>
#include <tests/support/abort.hpp>

namespace tidemark::ledger_test {
namespace {

using Batch = ProgressBatch<Epoch>;

constexpr LocationId input_out{0}, map_in{1}, map_out{2}, output_in{3};

/// input -> map -> output
std::shared_ptr<const Topology<Epoch>> line() {
  TopologyBuilder<Epoch> builder;
  const OperatorId input = builder.add_operator("input", 0, 1);
  const OperatorId map = builder.add_operator("map", 1, 1);
  const OperatorId output = builder.add_operator("output", 1, 0);
  builder.connect(SourcePort{input, 0}, TargetPort{map, 0});
  builder.connect(SourcePort{map, 0}, TargetPort{output, 0});
  return std::make_shared<const Topology<Epoch>>(std::move(builder).freeze());
}

Ledger<Epoch> ledger(NegativeCounts negative = NegativeCounts::forbidden) {
  return Ledger<Epoch>(line(), negative);
}

void apply(Ledger<Epoch>& ledger, Batch batch) {
  batch.compact();
  ledger.apply(batch);
  ledger.propagate([](auto&&...) {});
}

TEST_CASE("a new ledger is empty and has applied nothing", "[ledger]") {
  CHECK(ledger().empty());
  CHECK(ledger().sequence() == 0);
  CHECK(ledger().visits() == 0);
}

TEST_CASE("a ledger follows a batch of data from an input to its end", "[ledger]") {
  Ledger<Epoch> books = ledger();
  apply(books, {{{input_out, 0}, +1}});
  CHECK(books.frontier(output_in) == Antichain<Epoch>{0});
  apply(books, {{{map_in, 0}, +1}, {{input_out, 0}, -1}, {{input_out, 1}, +1}});
  CHECK(books.frontier(input_out) == Antichain<Epoch>{1});
  CHECK(books.frontier(map_in) == Antichain<Epoch>{0});
  apply(books, {{{map_in, 0}, -1}, {{output_in, 0}, +1}});
  CHECK(books.frontier(map_out) == Antichain<Epoch>{1});
  CHECK(books.frontier(output_in) == Antichain<Epoch>{0});
  apply(books, {{{output_in, 0}, -1}});
  CHECK(books.frontier(output_in) == Antichain<Epoch>{1});
  apply(books, {{{input_out, 1}, -1}});
  CHECK(books.frontier(output_in).empty());
  CHECK(books.empty());
  CHECK(books.sequence() == 5);
}

TEST_CASE("every batch counts in the sequence, an empty one too", "[ledger]") {
  Ledger<Epoch> books = ledger();
  books.apply(Batch{});
  CHECK(books.sequence() == 1);
}

TEST_CASE("several batches share one propagation", "[ledger]") {
  Ledger<Epoch> books = ledger();
  Batch first{{{input_out, 0}, +1}}, second{{{input_out, 0}, -1}, {{input_out, 3}, +1}};
  first.compact();
  second.compact();
  books.apply(first);
  books.apply(second);
  CHECK(books.frontier(output_in).empty());
  int moves = 0;
  books.propagate([&](LocationId, const Antichain<Epoch>& before, const Antichain<Epoch>& after) {
    CHECK(before.empty());
    CHECK(after == Antichain<Epoch>{3});
    ++moves;
  });
  CHECK(moves == 1);
  CHECK(books.visits() == 1);
  CHECK(books.sequence() == 2);
}

TEST_CASE("a ledger reports the moves of those locations that are read, until they are forgotten",
          "[ledger]") {
  Ledger<Epoch> books = ledger();
  books.set_interest(output_in, Interest::always);
  std::vector<LocationId> moved;
  const auto move = [&](std::uint64_t from, std::uint64_t to) {
    moved.clear();
    Batch batch{{{input_out, from}, -1}, {{input_out, to}, +1}};
    batch.compact();
    books.apply(batch);
    books.propagate([&](LocationId location, auto&&...) { moved.push_back(location); });
  };
  apply(books, {{{input_out, 0}, +1}});
  move(0, 1);
  CHECK(moved == std::vector{input_out, output_in});
  books.set_interest(output_in, Interest::never);
  move(1, 2);
  CHECK(moved == std::vector{input_out});
  CHECK(books.frontier(output_in) == Antichain<Epoch>{2});
}

TEST_CASE("a batch that produces and consumes in any order of its changes is one change",
          "[ledger]") {
  Ledger<Epoch> books = ledger();
  apply(books, {{{input_out, 0}, -1}, {{map_in, 0}, +1}, {{input_out, 0}, +1}});
  CHECK(books.counts(input_out).empty());
  CHECK(books.frontier(map_in) == Antichain<Epoch>{0});
}

TEST_CASE("where negative counts are forbidden a consumption before its production aborts",
          "[ledger]") {
  const auto message = tests::abort_message([] {
    Ledger<Epoch> books = ledger();
    apply(books, {{{map_in, 0}, -1}});
  });
  REQUIRE(message.has_value());
  CHECK_THAT(*message, Catch::Matchers::Contains(
                           "with one ledger a batch is consumed after it was produced"));
}

TEST_CASE("where negative counts are allowed a consumption may come before its production",
          "[ledger]") {
  Ledger<Epoch> books = ledger(NegativeCounts::allowed);
  apply(books, {{{map_in, 0}, -1}});
  CHECK(books.counts(map_in).count(0) == -1);
  CHECK(books.frontier(map_in).empty());
  CHECK_FALSE(books.empty());
  apply(books, {{{map_in, 0}, +1}});
  CHECK(books.empty());
}

TEST_CASE("a copy of a ledger is equal, has the same hash, and goes its own way", "[ledger]") {
  Ledger<Epoch> books = ledger();
  apply(books, {{{input_out, 0}, +2}});
  Ledger<Epoch> copy = books;
  CHECK(copy == books);
  CHECK(std::hash<Ledger<Epoch>>{}(copy) == std::hash<Ledger<Epoch>>{}(books));
  apply(copy, {{{input_out, 0}, -2}});
  CHECK_FALSE(copy == books);
  CHECK(copy.sequence() == 2);
  CHECK(books.sequence() == 1);
  CHECK(books.frontier(output_in) == Antichain<Epoch>{0});
  CHECK(copy.frontier(output_in).empty());
}

TEST_CASE("ledgers are equal by their counts, whatever happened before", "[ledger]") {
  Ledger<Epoch> straight = ledger(), detour = ledger();
  apply(straight, {{{input_out, 3}, +1}});
  for (std::uint64_t t = 0; t != 3; ++t) apply(detour, {{{input_out, t}, +1}});
  for (std::uint64_t t = 0; t != 3; ++t) apply(detour, {{{input_out, t}, -1}});
  apply(detour, {{{input_out, 3}, +1}});
  CHECK(straight == detour);
  CHECK(std::hash<Ledger<Epoch>>{}(straight) == std::hash<Ledger<Epoch>>{}(detour));
}

TEST_CASE("ledgers are equal only if the same is promised, and a copy keeps what its own was",
          "[ledger][watermarks]") {
  const auto promise = [](Ledger<Epoch>& books, Mark mark) {
    Batch batch;
    batch.promise({{input_out, 0, 0}, 1, mark});
    books.apply(batch);
  };
  Ledger<Epoch> promised = ledger(), other = ledger();
  promise(promised, 7);
  CHECK_FALSE(promised == ledger());
  CHECK(promised.empty());  // of counts
  promise(other, 8);
  CHECK_FALSE(promised == other);
  Ledger<Epoch> copy = promised;
  CHECK(copy == promised);
  promise(copy, 8);
  CHECK_FALSE(copy == promised);
  CHECK(copy == other);
}

TEST_CASE("ledgers with different counts have different hashes as a rule", "[ledger]") {
  std::set<std::size_t> hashes;
  for (std::uint32_t location = 0; location != 4; ++location)
    for (std::uint64_t time = 0; time != 4; ++time)
      for (std::int64_t count = 1; count != 4; ++count) {
        Ledger<Epoch> books = ledger();
        apply(books, {{{{location}, time}, count}});
        hashes.insert(std::hash<Ledger<Epoch>>{}(books));
      }
  CHECK(hashes.size() == 4 * 4 * 3);
}

TEST_CASE("the order in which batches of different senders arrive does not show in the end",
          "[ledger]") {
  tests::check_property(500, [] {
    tests::Tape tape = tests::draw_tape("batches and arrivals", 200);
    const auto topology =
        std::make_shared<const Topology<Epoch>>(tests::TopologyDrawer<Epoch>::draw(tape));
    using Queue = std::vector<Batch>;
    std::vector<Queue> senders(3);
    for (Queue& sent : senders)
      for (std::uint32_t n = tape.below(6); n != 0; --n) {
        Batch batch;
        for (std::uint32_t changes = 1 + tape.below(3); changes != 0; --changes) {
          const LocationId location{tape.below(topology->locations())};
          batch.update({location, tests::Draw<Epoch>::time(tape, 0)},
                       std::int64_t{tape.below(5)} - 2);
        }
        batch.compact();
        sent.push_back(std::move(batch));
      }

    Ledger<Epoch> in_turn(topology, NegativeCounts::allowed);
    for (const Queue& sent : senders)
      for (const Batch& batch : sent) in_turn.apply(batch);
    in_turn.propagate([](auto&&...) {});

    Ledger<Epoch> mixed(topology, NegativeCounts::allowed);
    std::vector<std::size_t> next(senders.size());
    while (mixed.sequence() != in_turn.sequence()) {
      std::size_t sender = tape.below(senders.size());
      while (next[sender] == senders[sender].size()) sender = (sender + 1) % senders.size();
      mixed.apply(senders[sender][next[sender]++]);
      if (tape.below(2) == 0) mixed.propagate([](auto&&...) {});
    }
    mixed.propagate([](auto&&...) {});

    RC_ASSERT(mixed == in_turn);
    RC_ASSERT(std::hash<Ledger<Epoch>>{}(mixed) == std::hash<Ledger<Epoch>>{}(in_turn));
    for (std::uint32_t l = 0; l != topology->locations(); ++l)
      RC_ASSERT(mixed.frontier({l}) == in_turn.frontier({l}));
  });
}

}  // namespace
}  // namespace tidemark::ledger_test
