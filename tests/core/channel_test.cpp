// SPDX-License-Identifier: MIT
//
// Channels: who gets a record, and what lies together in a batch.
#include <tidemark/core/hash.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::channel_test {
namespace {

TEST_CASE("a branch delivers every record to each consumer", "[channel]") {
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {1u, 3u}) {
      INFO(tests::name_of(kind) << ", " << workers << " workers");
      tests::Arrivals<std::uint64_t> fused;
      tests::Arrivals<std::uint64_t> queued;
      tests::Arrivals<std::uint64_t> exchanged;
      tests::Arrivals<std::uint64_t> plain;
      tests::run_to_end(
          {.workers = workers, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
            auto stream = tests::rounds(scope, 5, tests::numbers(2000));
            // The first consumers spoil what they get: the others must not see it.
            tests::collect(tests::map_numbers(stream, [](std::uint64_t n) { return n + 1; }),
                           Pipeline{}, fused);
            tests::collect(stream, Pipeline{}, queued);
            tests::collect(stream, tests::by_hash(), exchanged);
            tests::collect(stream, Pipeline{}, plain);
          });
      CHECK(plain.all().size() == workers * 5 * 2000);
      CHECK(queued.sorted() == plain.sorted());
      CHECK(exchanged.sorted() == plain.sorted());
      auto shifted = plain.sorted();
      for (auto& [time, n] : shifted) ++n;
      CHECK(fused.sorted() == shifted);
    }
}

TEST_CASE("a stream without consumers is sent to nobody", "[channel]") {
  tests::run_to_end({.workers = 2, .executor = ExecutorKind::deterministic},
                    [](Scope<Epoch>& scope) { tests::rounds(scope, 5, tests::numbers(2000)); });
}

TEST_CASE("an exchange takes each record to the worker that its route names", "[channel]") {
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 13u}) {
      INFO(tests::name_of(kind) << ", " << workers << " workers");
      tests::Arrivals<std::uint64_t> by_value;
      tests::Arrivals<std::uint64_t> by_hash;
      tests::run_to_end({.workers = workers, .threads = 2, .executor = kind},
                        [&](Scope<Epoch>& scope) {
                          auto stream = tests::rounds(scope, 2, tests::numbers(500));
                          tests::collect(stream, tests::by_value(), by_value);
                          tests::collect(stream, tests::by_hash(), by_hash);
                        });
      CHECK(by_value.all().size() == workers * 2 * 500);
      CHECK(by_hash.sorted() == by_value.sorted());
      for (const auto& [time, n, worker] : by_value.all())
        if (n % workers != worker) FAIL(n << " came to worker " << worker);
      for (const auto& [time, n, worker] : by_hash.all())
        if (KeyHash{}(n) % workers != worker) FAIL(n << " came to worker " << worker);
    }
}

TEST_CASE("an exchange keeps the order between two workers within a timestamp", "[channel]") {
  for (const ExecutorKind kind : tests::executors()) {
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end({.workers = 3, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
      tests::collect(tests::rounds(scope, 2, tests::numbers(7000)), tests::by_value(), arrivals);
    });
    // By receiver, sender and time: numbers(...) puts the sender into the number.
    std::map<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>, std::uint64_t> last;
    for (const auto& [time, n, worker] : arrivals.all()) {
      std::uint64_t& before = last[{worker, (n / 7000) % 64, time}];
      if (n < before) FAIL(n << " came after " << before);
      before = n;
    }
    CHECK(arrivals.all().size() == 3 * 2 * 7000);
  }
}

TEST_CASE("a batch never mixes timestamps", "[channel]") {
  // One activation sends a few records at each of many timestamps, out of order.
  for (const std::uint32_t workers : {1u, 3u})
    for (std::uint64_t seed = 0; seed != 10; ++seed) {
      tests::Arrivals<std::uint64_t> piped;
      tests::Arrivals<std::uint64_t> exchanged;
      tests::run_to_end({.workers = workers, .executor = ExecutorKind::deterministic, .seed = seed},
                        [&](Scope<Epoch>& scope) {
                          OperatorBuilder<Epoch> op(scope, "mixer");
                          auto [out, stream] = op.output<std::uint64_t>();
                          op.build([&out = out, random = Random(seed),
                                    first = std::optional(op.initial_capability(0))]() mutable {
                            if (!first) return;
                            for (int i = 0; i != 3000; ++i) {
                              const std::uint64_t time = random.below(5);
                              out.at(first->delayed(time)).give(time * 1000 + random.below(1000));
                            }
                            first.reset();
                          });
                          tests::collect(stream, Pipeline{}, piped);
                          tests::collect(stream, tests::by_hash(), exchanged);
                        });
      for (const auto* arrivals : {&piped, &exchanged}) {
        CHECK(arrivals->all().size() == workers * 3000);
        CHECK(arrivals->complaints().empty());
        for (const auto& [time, n, worker] : arrivals->all())
          if (n / 1000 != time) FAIL(n << " came at timestamp " << time);
      }
    }
}

TEST_CASE("a batch holds at most its capacity", "[channel]") {
  static_assert(batch_capacity<std::uint64_t> == 1024);
  static_assert(batch_capacity<std::array<char, 1000>> == 65);
  static_assert(batch_capacity<std::array<char, 100000>> == 16);
  std::vector<std::size_t> sizes;
  tests::run_to_end({.workers = 2, .executor = ExecutorKind::deterministic},
                    [&](Scope<Epoch>& scope) {
                      OperatorBuilder<Epoch> op(scope, "giver");
                      auto [out, stream] = op.output<std::uint64_t>();
                      op.build([&out = out, worker = scope.worker().index(),
                                first = std::optional(op.initial_capability(0))]() mutable {
                        if (first && worker == 0)
                          for (std::uint64_t n = 0; n != 5000; ++n) out.at(*first).give(n);
                        first.reset();
                      });
                      unary<int>(stream, tests::by_value(), "measure", "", [&](auto& in, auto&) {
                        in.for_each([&](auto& batch) { sizes.push_back(batch.records.size()); });
                      });
                    });
  std::ranges::sort(sizes);
  CHECK(sizes == std::vector<std::size_t>{452, 452, 1024, 1024, 1024, 1024});
}

TEST_CASE("records wait in an open buffer of an exchange while their worker is busy", "[channel]") {
  // Ten activations of one record each: the exchange sends them in fewer batches, but never keeps
  // one when the worker goes idle.
  std::vector<std::size_t> sizes;
  tests::run_to_end(
      {.workers = 2, .executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
        OperatorBuilder<Epoch> op(scope, "dripper");
        auto [out, stream] = op.output<std::uint64_t>();
        op.build([&out = out, worker = scope.worker().index(), again = op.reactivate(), left = 11,
                  capability = std::optional(op.initial_capability(0))]() mutable {
          if (!capability) return;
          if (worker != 0 || --left == 0) return capability.reset();
          out.at(*capability).give(1);
          again();
        });
        unary<int>(stream, tests::by_value(), "measure", "", [&](auto& in, auto&) {
          in.for_each([&](auto& batch) { sizes.push_back(batch.records.size()); });
        });
      });
  CHECK(sizes == std::vector<std::size_t>{8, 2});
}

TEST_CASE("keys are routed the same way on every machine", "[channel][hash]") {
  CHECK(KeyHash{}(std::uint64_t{1}) == KeyHash{}(std::int32_t{1}));
  CHECK(KeyHash{}(std::string("abc")) == KeyHash{}(std::string_view("abc")));
  CHECK(KeyHash{}(std::uint64_t{1}) == 0xe5fdc025e13eeed5u);
  std::set<std::uint64_t> low_bits;
  for (std::uint64_t n = 0; n != 1000; ++n) low_bits.insert(KeyHash{}(n * 4096) % 256);
  CHECK(low_bits.size() > 240);
}

TEST_CASE("the keys of one worker among many differ in every byte of the hash of its tables",
          "[channel][hash]") {
  std::array<std::set<std::uint64_t>, 8> bytes;
  for (std::uint64_t n = 0, found = 0; found != 1000; ++n) {
    if (KeyHash{}(n) % 512 != 77) continue;
    ++found;
    for (std::size_t byte = 0; byte != 8; ++byte)
      bytes[byte].insert(TableHash{}(n) >> (8 * byte) & 0xFF);
  }
  // Of 256 values, 1,000 draws leave 5 out.
  for (const auto& values : bytes) CHECK(values.size() > 240);
}

}  // namespace
}  // namespace tidemark::channel_test
