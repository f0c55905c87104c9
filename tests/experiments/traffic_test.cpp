// SPDX-License-Identifier: MIT
//
// The traffic of a policy of one's own, for a dataflow of one's own.
#include <tidemark/core/error.hpp>
#include <tidemark/experiments/traffic.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/support.hpp>

#include <algorithm>

namespace tidemark::traffic_test {
namespace {

using namespace traffic;

/// Workers tell relay 0, which gathers `batches` reports and tells all ledgers.
class StarPolicy final : public ProgressPolicy {
 public:
  explicit StarPolicy(std::uint64_t batches) : batches_(batches) {}

  std::string name() const override { return "star"; }

  std::vector<Station> next(const Layout& layout, Station from) const override {
    using Kind = Station::Kind;
    if (from.kind == Kind::process) return {};  // not in use
    if (from.kind == Kind::worker) return {{Kind::relay, 0}};
    std::vector<Station> ledgers;
    for (std::uint32_t l = 0; l != layout.ledgers(); ++l) ledgers.push_back({Kind::ledger, l});
    return ledgers;
  }

  bool due(Station at, const Gathered& gathered) const override {
    return at.kind == Station::Kind::worker || gathered.batches >= batches_;
  }

 private:
  std::uint64_t batches_;
};

/// Of each number, how often all workers have sent it.
const Flow& tallies() {
  static const Flow flow = make_flow("tallies", "each worker sends a number, which all count",
                                     one_each, [](auto numbers) { return numbers | count(); });
  return flow;
}

const Protocol direct{"direct", std::make_shared<DirectPolicy>()};
const Protocol star{"star", std::make_shared<StarPolicy>(8)};
const Setting setting{.workers = {4, 8, 16}, .per_process = 2, .rounds = 5};

TEST_CASE("a policy of one's own is measured on a flow of one's own, beside the direct one",
          "[traffic]") {
  const Row broadcast = measure(tallies(), direct, setting);
  const Row gathered = measure(tallies(), star, setting);
  REQUIRE(broadcast.runs.size() == 3);
  REQUIRE(gathered.runs.size() == 3);
  for (const Row& row : {broadcast, gathered})
    for (const Run& run : row.runs) {
      CHECK(run.processes == run.workers / 2);
      CHECK(run.sent == run.links.progress_between_processes());
      CHECK(run.taken > std::chrono::nanoseconds(0));
    }
  CHECK(broadcast.runs[2].batches_per_round() > 2 * gathered.runs[2].batches_per_round());
  REQUIRE(broadcast.growth());
  REQUIRE(gathered.growth());
  CHECK(*broadcast.growth() > *gathered.growth());
  // Only the star's reports pass a relay.
  const auto passes_a_relay = [](const Traffic::ProgressLink& link) {
    return link.from.kind == Station::Kind::relay;
  };
  CHECK(std::ranges::none_of(broadcast.runs[0].links.progress, passes_a_relay));
  CHECK(std::ranges::any_of(gathered.runs[0].links.progress, passes_a_relay));
}

TEST_CASE("what a policy sends is the same each time", "[traffic]") {
  const Row one = measure(tallies(), star, setting), two = measure(tallies(), star, setting);
  for (std::size_t i = 0; i != setting.workers.size(); ++i) {
    CHECK(one.runs[i].sent == two.runs[i].sent);
    CHECK(one.runs[i].taken == two.runs[i].taken);
  }
  CHECK(line(one) == line(two));
}

TEST_CASE("with the direct policy each worker tells each other process of its step in a round",
          "[traffic]") {
  const Flow nothing = make_flow(
      "nothing", "nothing is sent", [](std::uint32_t) { return 0; },
      [](auto numbers) { return numbers; });
  const Setting few{.workers = {4}, .per_process = 2, .rounds = 100};
  const Row row = measure(nothing, direct, few);
  // -1 of the old time and +1 of the new, from 4 workers to 1 other process.
  CHECK(row.runs[0].sent.updates >= 100 * 4 * 2);
  CHECK(row.runs[0].updates_per_round() < 4 * 2 + 1);
  CHECK_FALSE(row.growth());  // of one size
}

TEST_CASE("the table of traffic has a line for each protocol", "[traffic]") {
  const Setting small{.workers = {2, 4}, .rounds = 2};
  std::string table = heading(small);
  for (const Protocol& protocol : built_in_protocols())
    table += line(measure(tallies(), protocol, small));
  table += line(measure(tallies(), star, small));
  CHECK_THAT(table, Catch::Contains("2 workers"));
  CHECK_THAT(table, Catch::Contains("tallies   ledger per worker, direct "));
  CHECK_THAT(table, Catch::Contains("tallies   star "));
  CHECK(std::ranges::count(table, '\n') == 2 + 1 + std::ptrdiff_t(policy_names().size()) + 1);
}

TEST_CASE("a setting of traffic that cannot be run is refused, and says what is wrong",
          "[traffic]") {
  using Catch::Message;
  CHECK_THROWS_MATCHES(
      measure(tallies(), direct, {.per_process = 0}), ConfigError,
      Message("a process of a traffic setting has at least 1 worker, and was given 0"));
  CHECK_THROWS_MATCHES(measure(tallies(), direct, {.rounds = 0}), ConfigError,
                       Message("traffic is measured in at least 1 round, and was given 0"));
  CHECK_THROWS_AS(measure(tallies(), direct, {.workers = {0}}), ConfigError);
}

}  // namespace
}  // namespace tidemark::traffic_test
