// SPDX-License-Identifier: MIT
//
// Record types: what is done to records by code that does not know what they are, and records that
// cannot be copied.
#include <tidemark/core/error.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <memory>

namespace tidemark::record_type_test {
namespace {

using Owned = std::unique_ptr<std::uint64_t>;

TEST_CASE("records are scattered as a loop over them would scatter them", "[record_type]") {
  CHECK(rc::check("scattered", [] {
    const auto records =
        *rc::gen::container<std::vector<std::string>>(rc::gen::string<std::string>());
    const auto workers = *rc::gen::inRange<std::uint32_t>(1, 5);
    const auto to = *rc::gen::container<std::vector<std::uint32_t>>(
        records.size(), rc::gen::inRange<std::uint32_t>(0, workers));
    const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
    std::vector<std::vector<std::string>> expected(workers);
    for (std::size_t i = 0; i != records.size(); ++i) expected[to[i]].push_back(records[i]);

    const RecordType& type = record_type<std::string>;
    std::vector<std::vector<std::string>> all(workers);
    std::vector<std::vector<std::string>> open(workers);
    std::vector<AnyRecords*> ways(workers, nullptr);
    const auto close = [&](std::uint32_t w) {
      RC_ASSERT(open[w].size() <= limit);
      for (std::string& record : open[w]) all[w].push_back(std::move(record));
      open[w].clear();
      ways[w] = nullptr;
    };
    std::vector<std::string> from = records;
    for (std::size_t next = 0; next != from.size();) {
      ways[to[next]] = &erased(open[to[next]]);
      const std::size_t stopped =
          type.scatter(erased(from), next, from.size(), to.data(), ways.data(), limit);
      RC_ASSERT(stopped > next);
      next = stopped;
      if (open[to[next - 1]].size() == limit) close(to[next - 1]);
    }
    for (std::uint32_t w = 0; w != workers; ++w) close(w);
    RC_ASSERT(all == expected);
  }));
}

TEST_CASE("a store owns its records, and moves with them", "[record_type]") {
  const auto shared = std::make_shared<int>(1);
  {
    RecordStore store(record_type<std::shared_ptr<int>>);
    CHECK(store.size() == 0);
    records_as<std::shared_ptr<int>>(store.get()).assign(3, shared);
    RecordStore moved(std::move(store));
    CHECK(moved.size() == 3);
    CHECK(store.size() == 0);
    CHECK(shared.use_count() == 4);
    moved.clear();
    CHECK(shared.use_count() == 1);
    records_as<std::shared_ptr<int>>(moved.get()).push_back(shared);
  }
  CHECK(shared.use_count() == 1);
}

TEST_CASE("a store that is cleared keeps as much memory as it is told", "[record_type]") {
  RecordStore store(record_type<int>);
  auto& records = records_as<int>(store.get());
  records.resize(100);
  store.clear(100);
  CHECK(records.capacity() >= 100);
  records.resize(200);
  store.clear(100);
  CHECK(records.capacity() == 0);
}

TEST_CASE("a record type says whether its records can be copied, and its name", "[record_type]") {
  CHECK(record_type<std::string>.copy != nullptr);
  CHECK(record_type<Owned>.copy == nullptr);
  CHECK(record_type<std::vector<Owned>>.copy == nullptr);  // though the standard says otherwise
  CHECK(record_type<std::pair<std::string, std::vector<Owned>>>.copy == nullptr);
  CHECK(record_type<std::variant<int, std::vector<Owned>>>.copy == nullptr);
  CHECK(record_type<std::map<std::string, std::vector<int>>>.copy != nullptr);
  CHECK(record_type<std::variant<int, std::string>>.copy != nullptr);
  CHECK(record_type<std::pair<int, long>>.name() == "std::pair<int, long>");
}

/// The numbers, each behind a pointer that nobody else has.
Stream<Epoch, Owned> owned(const Stream<Epoch, std::uint64_t>& numbers) {
  return fuse<Owned>(numbers, "owned", "", [](const Epoch&, auto& records, auto& out) {
    for (const std::uint64_t n : records) out.give(std::make_unique<std::uint64_t>(n));
  });
}

Stream<Epoch, std::uint64_t> plain(const Stream<Epoch, Owned>& records, auto pact) {
  return unary<std::uint64_t>(records, pact, "plain", "", [](auto& in, auto& out) {
    in.for_each([&](auto& batch) {
      for (const Owned& record : batch) out.at(batch).give(*record);
    });
  });
}

TEST_CASE("encoded records are decoded as they were, a part at a time", "[record_type]") {
  using Item = std::pair<std::string, std::vector<int>>;
  CHECK(rc::check([](std::vector<Item> items) {
    const RecordType& type = record_type<Item>;
    const std::size_t half = items.size() / 2;
    std::string bytes;
    type.encode(bytes, erased(items), 0, half);
    type.encode(bytes, erased(items), half, items.size());
    ByteReader from(bytes);
    std::vector<Item> decoded;
    type.decode(erased(decoded), from, items.size());
    RC_ASSERT(decoded == items);
    RC_ASSERT(from.empty());
    if (items.empty()) return;
    ByteReader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    RC_ASSERT_THROWS_AS(type.decode(erased(decoded), cut, items.size()), BadBytes);
  }));
}

struct Unprintable {};

TEST_CASE("a record type prints a record as a sink would, and says what it cannot do",
          "[record_type]") {
  std::vector<std::pair<std::string, int>> pairs{{"ebb", 1}, {"flood", 2}};
  std::ostringstream out;
  record_type<std::pair<std::string, int>>.print(out, erased(pairs), 1);
  CHECK(out.str() == "(flood, 2)");
  CHECK(record_type<std::unique_ptr<int>>.encode == nullptr);
  CHECK(record_type<std::unique_ptr<int>>.decode == nullptr);
  CHECK(record_type<std::vector<Unprintable>>.print == nullptr);
}

TEST_CASE("records that cannot be copied go through pipelines, exchanges and crowds",
          "[record_type][channel]") {
  for (const std::uint32_t workers : {1u, 3u, 40u}) {
    INFO(workers << " workers");
    tests::Arrivals<std::uint64_t> piped;
    tests::Arrivals<std::uint64_t> exchanged;
    tests::run_to_end(
        {.workers = workers, .executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
          const auto numbers = tests::rounds(scope, 3, tests::numbers(2000));
          tests::collect(plain(owned(numbers), Pipeline{}), Pipeline{}, piped);
          const auto by_value = Exchange{[](const Owned& n) -> std::uint64_t { return *n; }};
          tests::collect(plain(owned(numbers), by_value), Pipeline{}, exchanged);
        });
    CHECK(piped.all().size() == workers * 3 * 2000);
    CHECK(exchanged.sorted() == piped.sorted());
  }
}

TEST_CASE("records that cannot be copied go through any number of fused steps", "[record_type]") {
  tests::Arrivals<std::uint64_t> arrivals;
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    auto stream = owned(tests::rounds(scope, 3, tests::numbers(10)));
    for (int i = 0; i != 200; ++i)  // more than nest: there are relays
      stream = fuse_in_place(stream, "same", "", [](const Epoch&, auto&) {});
    tests::collect(plain(stream, Pipeline{}), Pipeline{}, arrivals);
  });
  CHECK(arrivals.all().size() == 30);
}

TEST_CASE("a second consumer of records that cannot be copied is refused, by step and type",
          "[record_type][error]") {
  CHECK_THROWS_WITH(
      tests::run_to_end({.executor = ExecutorKind::deterministic},
                        [&](Scope<Epoch>& scope) {
                          const auto stream = owned(tests::rounds(scope, 3, tests::numbers(10)));
                          plain(stream, Pipeline{});
                          plain(stream, Pipeline{});
                        }),
      Catch::Contains("'owned'") && Catch::Contains("std::unique_ptr<unsigned long") &&
          Catch::Contains("cannot be copied"));
}

}  // namespace
}  // namespace tidemark::record_type_test
