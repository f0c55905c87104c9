// SPDX-License-Identifier: MIT
//
// Policies and the exchange: every ledger learns of everything once, whatever the way.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/error.hpp>
#include <tidemark/progress/report_gathering.hpp>

#include <tests/support.hpp>

#include <deque>
#include <map>

namespace tidemark::exchange_test {
namespace {

using Kind = Station::Kind;

/// A policy made of two functions.
class Custom final : public ProgressPolicy {
 public:
  using Next = std::function<std::vector<Station>(const Layout&, Station)>;
  explicit Custom(Next next) : next_(std::move(next)) {}
  std::string name() const override { return "custom"; }
  std::vector<Station> next(const Layout& layout, Station from) const override {
    return next_(layout, from);
  }
  bool due(Station, const Gathered&) const override { return true; }

 private:
  Next next_;
};

/// The promises of each part in the order in which they came.
std::map<PartId, std::vector<Watermark<Epoch>>> promises_by_part(
    const ProgressBatch<Epoch>& batch) {
  std::map<PartId, std::vector<Watermark<Epoch>>> promises;
  for (const Watermark<Epoch>& promise : batch.watermarks())
    promises[promise.part].push_back(promise);
  return promises;
}

std::string error_of(const Custom::Next& next, Layout layout) {
  try {
    Routes(std::make_shared<Custom>(next), layout);
  } catch (const DataflowError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("workers stand in processes in blocks, none of which is empty", "[policy]") {
  for (std::uint32_t workers = 1; workers != 9; ++workers) {
    for (std::uint32_t processes = 1; processes <= workers; ++processes) {
      const Layout layout{workers, processes, false};
      std::uint32_t last = 0;
      for (std::uint32_t w = 0; w != workers; ++w) {
        const std::uint32_t process = layout.process_of_worker(w);
        CHECK((process == last || process == last + 1));
        last = process;
      }
      CHECK(last == processes - 1);
    }
  }
}

TEST_CASE("a policy that forgets a ledger is refused, naming worker and ledger", "[policy]") {
  const auto own_ledger_only = [](const Layout& layout, Station from) {
    return std::vector<Station>{{Kind::ledger, layout.ledger_of_worker(from.index)}};
  };
  CHECK(error_of(own_ledger_only, {2, 2, false}) ==
        "the progress policy 'custom' does not bring what worker 0 reports to ledger 1; every "
        "ledger has to learn of it");
}

TEST_CASE("a policy that tells a ledger twice is refused, naming worker and ledger", "[policy]") {
  const auto twice = [](const Layout&, Station from) -> std::vector<Station> {
    if (from.kind == Kind::worker) return {{Kind::ledger, 0}, {Kind::ledger, 1}, {Kind::relay, 5}};
    return {{Kind::ledger, 1}};
  };
  CHECK(error_of(twice, {2, 2, false}) ==
        "the progress policy 'custom' brings what worker 0 reports to ledger 1 twice; one way is "
        "right");
}

TEST_CASE("a policy that sends in a circle is refused, naming worker and station", "[policy]") {
  const auto circle = [](const Layout&, Station from) -> std::vector<Station> {
    if (from.kind == Kind::worker) return {{Kind::relay, 0}};
    return {{Kind::relay, 1 - from.index}};
  };
  CHECK(error_of(circle, {1, 1, false}) ==
        "the progress policy 'custom' sends what worker 0 reports round in a circle at relay 0");
}

TEST_CASE("a policy that sends to a station that is not there is refused, naming both",
          "[policy]") {
  const auto beyond = [](const Layout&, Station) -> std::vector<Station> {
    return {{Kind::process, 7}};
  };
  CHECK(error_of(beyond, {4, 2, false}) ==
        "the progress policy 'custom' sends from worker 0 to process 7; there are 2 of these, "
        "counted from 0");
}

TEST_CASE("a policy with a way that never ends is refused", "[policy]") {
  const auto endless = [](const Layout&, Station from) -> std::vector<Station> {
    return {{Kind::relay, from.kind == Kind::relay ? from.index + 1 : 0}};
  };
  CHECK(error_of(endless, {1, 1, false}) ==
        "the progress policy 'custom' has a way of more than 28 stations, at relay 28; does it not "
        "end?");
}

TEST_CASE("a policy that does not exist is refused with the names of those that do", "[policy]") {
  CHECK_THROWS_WITH(make_policy("gossip"), Catch::Contains("'gossip'; there are direct, worker,"));
}

TEST_CASE("production and consumption in two processes cancel at the coordinator", "[exchange]") {
  using Batch = ProgressBatch<Epoch>;
  const auto routes = std::make_shared<Routes>(
      std::make_shared<CoordinatorPolicy>(Timing{2, false}), Layout{2, 2, false});
  ReportGathering<Epoch> exchange(routes);
  const std::size_t relay = routes->number_of({Kind::relay, 0});
  const auto never_asked = [](const auto&) -> bool { throw std::logic_error("was asked"); };
  const Pointstamp<Epoch> sent{LocationId{1}, 3};
  CHECK_FALSE(exchange.take_in(relay, Batch{{sent, +1}}, never_asked));
  Batch consumed{{sent, -1}};
  consumed.compact();
  CHECK(exchange.take_in(relay, consumed, never_asked));
  exchange.send_all(relay, [](std::size_t, const Batch&) { FAIL("there is nothing to send"); });
  CHECK(exchange.at(relay).batches == 0);
}

TEST_CASE("a promise goes on though the counts that came with it have cancelled",
          "[exchange][watermarks]") {
  using Batch = ProgressBatch<Epoch>;
  const auto routes = std::make_shared<Routes>(
      std::make_shared<CoordinatorPolicy>(Timing{2, false}), Layout{2, 2, false});
  ReportGathering<Epoch> exchange(routes);
  const std::size_t relay = routes->number_of({Kind::relay, 0});
  const auto never_asked = [](const auto&) -> bool { throw std::logic_error("was asked"); };
  const Pointstamp<Epoch> held{LocationId{0}, 3};
  const Watermark<Epoch> first{{LocationId{0}, 0, 0}, 2, 10}, second{{LocationId{0}, 0, 0}, 3, 20};
  Batch gained{{held, +1}}, dropped{{held, -1}};
  gained.promise(first);
  dropped.promise(second);
  CHECK_FALSE(exchange.take_in(relay, gained, never_asked));
  CHECK(exchange.take_in(relay, dropped, never_asked));
  int ledgers = 0;
  exchange.send_all(relay, [&](std::size_t, const Batch& batch) {
    CHECK(batch.changes().empty());
    CHECK(batch.watermarks() == std::vector{first, second});
    ++ledgers;
  });
  CHECK(ledgers == 2);
}

TEST_CASE("on demand, what cannot move a frontier is kept", "[exchange]") {
  TopologyBuilder<Epoch> builder;
  builder.add_operator("input", 0, 1);
  const auto topology = std::make_shared<const Topology<Epoch>>(std::move(builder).freeze());
  const LocationId source{0};
  Ledger<Epoch> ledger(topology, NegativeCounts::allowed);
  ProgressBatch<Epoch> held{{{source, 1}, +1}, {{source, 5}, +1}};
  held.compact();
  ledger.apply(held);
  ledger.propagate([](LocationId, const auto&, const auto&) {});
  const auto dropped = [&](Epoch time) {
    ProgressBatch<Epoch> batch{{{source, time}, -1}};
    batch.compact();
    return batch;
  };
  CHECK(could_move_a_frontier(dropped(1), ledger));
  CHECK_FALSE(could_move_a_frontier(dropped(5), ledger));
  ledger.apply(held);
  CHECK(could_move_a_frontier(dropped(1), ledger));  // one of two, which may wait for each other
  CHECK_FALSE(could_move_a_frontier(held, ledger));
}

TEST_CASE("whatever the policy and the layout, every ledger learns of everything exactly once",
          "[exchange]") {
  tests::check_property(200, [] {
    const auto workers = *rc::gen::inRange<std::uint32_t>(1, 6);
    const Layout layout{workers, *rc::gen::inRange<std::uint32_t>(1, workers + 1),
                        *rc::gen::arbitrary<bool>()};
    const auto routes =
        std::make_shared<Routes>(make_policy(*rc::gen::elementOf(policy_names())), layout);
    ReportGathering<Epoch> exchange(routes);
    std::map<std::pair<std::size_t, std::size_t>, std::deque<ProgressBatch<Epoch>>> links;
    std::vector<ProgressBatch<Epoch>> learnt(layout.ledgers());
    ProgressBatch<Epoch> all;

    const auto send_from = [&](std::size_t station) {
      exchange.send_all(station, [&](std::size_t to, const auto& batch) {
        links[{station, to}].push_back(batch);
      });
    };
    const auto arrive = [&](std::size_t station, const ProgressBatch<Epoch>& batch) {
      const Station at = routes->station(station);
      if (at.kind == Kind::ledger) {
        learnt[at.index].add(batch);
      } else if (exchange.take_in(station, batch,
                                  [](const auto&) { return *rc::gen::arbitrary<bool>(); })) {
        send_from(station);
      }
    };
    const auto deliver_one = [&] {
      std::vector<std::deque<ProgressBatch<Epoch>>*> busy;
      std::vector<std::size_t> ends;
      for (auto& [link, queue] : links)
        if (!queue.empty()) busy.push_back(&queue), ends.push_back(link.second);
      if (busy.empty()) return false;
      const auto choice = *rc::gen::inRange<std::size_t>(0, busy.size());
      const ProgressBatch<Epoch> batch = std::move(busy[choice]->front());
      busy[choice]->pop_front();
      arrive(ends[choice], batch);
      return true;
    };

    for (int step = *rc::gen::inRange(0, 40); step != 0; --step) {
      const auto worker = *rc::gen::inRange<std::uint32_t>(0, workers);
      ProgressBatch<Epoch> batch{{{LocationId{*rc::gen::inRange<std::uint32_t>(0, 3)},
                                   *rc::gen::inRange<std::uint64_t>(0, 3)},
                                  *rc::gen::inRange(-2, 3)}};
      batch.compact();
      if (*rc::gen::arbitrary<bool>())
        batch.promise({{LocationId{0}, worker, 0}, static_cast<std::uint64_t>(step), Mark{step}});
      all.add(batch);
      if (routes->tells_own_ledger(worker))
        arrive(routes->number_of({Kind::ledger, layout.ledger_of_worker(worker)}), batch);
      arrive(worker, batch);
      if (*rc::gen::arbitrary<bool>()) deliver_one();
    }
    do {  // nothing is left to run: every station sends
      while (deliver_one()) {
      }
      for (std::size_t station = 0; station != routes->size(); ++station)
        if (exchange.at(station).batches != 0) send_from(station);
    } while (std::ranges::any_of(links, [](const auto& link) { return !link.second.empty(); }));
    for (ProgressBatch<Epoch>& at_ledger : learnt) {
      RC_ASSERT(at_ledger.view() == all.view());
      RC_ASSERT(promises_by_part(at_ledger) == promises_by_part(all));
    }
  });
}

}  // namespace tidemark::exchange_test
