// SPDX-License-Identifier: MIT
//
// Watermarks: what a reader is told depends on its frontier only, and what nobody will ask for is
// forgotten.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <tests/support.hpp>

namespace tidemark::watermarks_test {
namespace {

using Marks = Watermarks<Epoch>;
using Promise = Watermark<Epoch>;
using Way = Marks::Way;
using Steps = std::vector<std::pair<Epoch, Mark>>;

PartId part_of(std::uint32_t source, std::uint32_t worker, std::uint32_t part = PartId::whole) {
  return {LocationId{source}, worker, part};
}

/// What one reader asks, and how far it has been answered.
struct Reader {
  std::vector<Way> ways;
  Epoch frontier{0};  ///< the last one that was not empty
  bool ended = false;
  Steps steps{};
};

/// Remembers every promise that was ever made.
class Oracle {
 public:
  void expect(PartId part) { parts_[part]; }
  void apply(const Promise& promise) { parts_[promise.part].push_back(promise); }

  /// All that a reader has been told when its frontier has come to where it is.
  Steps steps(const Reader& reader) const {
    std::set<Epoch> times;
    for_each_part(reader, [&](const Way& way, const auto& promises) {
      for (const Promise& promise : promises)
        if (const Epoch time = *way.summary.results_in(promise.through);
            reader.ended || time < reader.frontier)
          times.insert(time);
    });
    Steps steps;
    for (const Epoch& time : times) steps.emplace_back(time, watermark(reader, time));
    return steps;
  }

  /// Holds exactly what is still needed: the last promise of each part that all readers have seen,
  /// unless it has ended, and what comes behind.
  Marks needed(const std::vector<Reader>& readers, std::uint32_t sources) const {
    Marks marks;
    std::vector<Way> ways;
    for (std::uint32_t s = 0; s != sources; ++s) ways.push_back({LocationId{s}});
    marks.add_reader({}, ways);  // one that never asks, so that nothing is forgotten
    for (const auto& [part, promises] : parts_) {
      const auto seen = std::ranges::count_if(promises, [&](const Promise& promise) {
        return std::ranges::all_of(readers, [&](const Reader& reader) {
          return std::ranges::all_of(reader.ways, [&](const Way& way) {
            return way.source != promise.part.source ||
                   *way.summary.results_in(promise.through) < reader.frontier;
          });
        });
      });
      if (promises.empty()) marks.expect(part.source, part.worker);
      const bool gone =
          seen != 0 && seen == std::ssize(promises) && promises.back().state == PartState::ended;
      if (!gone) marks.apply(std::span(promises).subspan(seen == 0 ? 0 : seen - 1));
    }
    return marks;
  }

 private:
  template <typename Look>
  void for_each_part(const Reader& reader, Look look) const {
    for (const Way& way : reader.ways)
      for (const auto& [part, promises] : parts_)
        if (part.source == way.source) look(way, promises);
  }

  Mark watermark(const Reader& reader, Epoch now) const {
    std::map<PartState, std::vector<Mark>> marks;
    for_each_part(reader, [&](const Way& way, const auto& promises) {
      Promise last;
      for (const Promise& promise : promises)
        if (*way.summary.results_in(promise.through) <= now) last = promise;
      marks[last.state].push_back(last.mark);
    });
    if (marks.contains(PartState::open)) return std::ranges::min(marks[PartState::open]);
    if (!marks.contains(PartState::idle)) return end_of_time;
    Mark greatest = nothing_yet;
    for (const auto& [state, of_state] : marks)
      greatest = std::max(greatest, std::ranges::max(of_state));
    return greatest;
  }

  std::map<PartId, std::vector<Promise>> parts_;
};

/// Sources whose parts move on and promise, and readers that follow them, each at its own speed.
class Run {
 public:
  explicit Run(tests::Tape& tape) : tape_(&tape), sources_(1 + tape.below(3)) {
    const std::uint32_t workers = 1 + tape.below(3);
    for (std::uint32_t r = 1 + tape.below(3); r != 0; --r) {
      Reader reader;
      for (std::uint32_t s = 0; s != sources_; ++s)
        if (const std::uint32_t way = tape.below(3); way != 0)
          reader.ways.push_back({LocationId{s}, {2 * std::uint64_t{way - 1}}});
      if (reader.ways.empty()) reader.ways.push_back({LocationId{0}});
      readers_.push_back(reader);
      marks_.add_reader({}, reader.ways);
    }
    for (std::uint32_t s = 0; s != sources_; ++s)
      for (std::uint32_t w = 0; w != workers; ++w) {
        capabilities_[part_of(s, w)] = Epoch{0};
        marks_.expect(LocationId{s}, w);
        oracle_.expect(part_of(s, w));
      }
  }

  /// Goes on at random until the tape ends.
  void go_on() {
    while (!tape_->at_end()) {
      if (tape_->below(3) == 0) {
        follow(tape_->below(readers_.size()), tape_->below(4));
      } else if (!capabilities_.empty()) {
        move(*std::next(capabilities_.begin(), tape_->below(capabilities_.size())));
      }
    }
  }
  /// All parts end, and all readers learn of it.
  void end() {
    while (!capabilities_.empty()) {
      const auto [part, epoch] = *capabilities_.begin();
      capabilities_.erase(part);
      apply({{part, epoch, Mark{3}, PartState::ended}});
    }
    for (std::size_t r = 0; r != readers_.size(); ++r) follow(r, 0);
  }

  const std::vector<Reader>& readers() const { return readers_; }
  const Marks& marks() const { return marks_; }
  Steps expected(const Reader& reader) const { return oracle_.steps(reader); }
  Marks needed() const { return oracle_.needed(readers_, sources_); }

 private:
  using Held = std::map<PartId, Epoch>;

  void apply(const std::vector<Promise>& batch) {
    marks_.apply(batch);
    for (const Promise& promise : batch) oracle_.apply(promise);
  }

  void move(const Held::value_type& held) {
    const auto [part, epoch] = held;
    if (part.part == PartId::whole) return open(part);
    const std::uint32_t what = tape_->below(8);
    if (what == 0) {
      capabilities_.erase(part);
      return apply({{part, epoch, Mark{tape_->below(12)}, PartState::ended}});
    }
    const Epoch next{epoch.value + what % 3 + 1};
    capabilities_[part] = next;
    const std::uint32_t mark = tape_->below(12);
    if (mark == 0) return;  // nothing new
    apply(
        {{part, Epoch{next.value - 1}, Mark{mark}, mark < 3 ? PartState::idle : PartState::open}});
  }
  void open(PartId worker) {
    capabilities_.erase(worker);
    std::vector<Promise> batch;
    for (std::uint32_t p = tape_->below(3); p-- != 0;) {
      const PartId part = part_of(worker.source.value, worker.worker, p);
      capabilities_[part] = Epoch{1};
      batch.push_back({part, Epoch{0}, nothing_yet});
    }
    batch.push_back({worker, Epoch{0}, nothing_yet, PartState::ended});
    apply(batch);
  }

  /// The reader's frontier comes to `behind` epochs before where it could be, if that is no way
  /// back.
  void follow(std::size_t number, std::uint64_t behind) {
    Reader& reader = readers_[number];
    if (reader.ended) return;
    std::optional<Epoch> now;
    for (const Way& way : reader.ways)
      for (const auto& [part, epoch] : capabilities_) {
        if (part.source != way.source) continue;
        const Epoch time = *way.summary.results_in(epoch);
        if (!now || time < *now) now = time;
      }
    reader.ended = !now;
    if (now)
      reader.frontier = std::max(reader.frontier, Epoch{now->value - std::min(now->value, behind)});
    marks_.follow(number, now ? Antichain<Epoch>{reader.frontier} : Antichain<Epoch>{},
                  [&](Epoch time, Mark mark) { reader.steps.emplace_back(time, mark); });
  }

  tests::Tape* tape_;
  std::uint32_t sources_;
  Held capabilities_;
  std::vector<Reader> readers_;
  Marks marks_;
  Oracle oracle_;
};

/// All steps that a reader takes when its frontier has come to `epoch`.
Steps steps_to(Marks& marks, std::size_t reader, Epoch epoch) {
  Steps steps;
  marks.follow(reader, Antichain<Epoch>{epoch},
               [&](Epoch time, Mark mark) { steps.emplace_back(time, mark); });
  return steps;
}

}  // namespace

TEST_CASE("what a reader is told is what all promises that its frontier has passed imply",
          "[watermarks][oracle]") {
  tests::check_property(1500, [] {
    tests::Tape tape = tests::draw_tape("run", 150);
    Run run(tape);
    run.go_on();
    for (const Reader& reader : run.readers()) RC_ASSERT(reader.steps == run.expected(reader));
    run.end();
    for (const Reader& reader : run.readers()) {
      RC_ASSERT(reader.steps == run.expected(reader));
      RC_ASSERT(reader.steps.back().second == end_of_time);
    }
  });
}

TEST_CASE("what is kept is what some reader will still ask for", "[watermarks][oracle]") {
  tests::check_property(1500, [] {
    tests::Tape tape = tests::draw_tape("run", 150);
    Run run(tape);
    run.go_on();
    RC_ASSERT(run.marks() == run.needed());
  });
}

TEST_CASE("of a source that nobody reads one promise for each part is kept", "[watermarks]") {
  Marks marks, two;
  marks.add_reader({}, {{LocationId{7}}});
  for (std::uint64_t epoch = 1; epoch != 100; ++epoch)
    marks.apply(std::vector<Promise>{{part_of(0, 0, 0), epoch, Mark{5}},
                                     {part_of(0, 0, 1), epoch, Mark{6}}});
  two.apply(std::vector<Promise>{{part_of(0, 0, 0), 99, Mark{5}}, {part_of(0, 0, 1), 99, Mark{6}}});
  CHECK(marks == two);
  marks.apply(std::vector<Promise>{{part_of(0, 0, 0), 100, Mark{5}, PartState::ended},
                                   {part_of(0, 0, 1), 100, Mark{6}, PartState::ended}});
  CHECK(marks.empty());
}

TEST_CASE("a part that has not been opened holds the watermark back", "[watermarks]") {
  Marks marks;
  marks.expect(LocationId{0}, 0);
  marks.expect(LocationId{0}, 1);
  const std::size_t reader = marks.add_reader({}, {{LocationId{0}}});
  marks.apply(std::vector<Promise>{{part_of(0, 0), 0, nothing_yet, PartState::ended},
                                   {part_of(0, 0, 0), 1, Mark{4}}});
  CHECK(steps_to(marks, reader, 2) == Steps{{0, nothing_yet}, {1, nothing_yet}});
  marks.apply(std::vector<Promise>{{part_of(0, 1), 2, nothing_yet, PartState::ended}});
  CHECK(steps_to(marks, reader, 3) == Steps{{2, 4}});
}

TEST_CASE(
    "one does not wait for a part that idles, and to wait for none is to be where any has come",
    "[watermarks]") {
  Marks marks;
  const std::size_t reader = marks.add_reader({}, {{LocationId{0}}});
  const auto promise = [&](std::uint32_t part, Epoch through, Mark mark,
                           PartState state = PartState::open) {
    marks.apply(std::vector<Promise>{{part_of(0, 0, part), through, mark, state}});
  };
  promise(0, 1, 3);
  promise(1, 1, 5);
  promise(2, 1, 5);
  CHECK(steps_to(marks, reader, 2) == Steps{{1, 3}});
  promise(0, 2, 3, PartState::idle);
  CHECK(steps_to(marks, reader, 3) == Steps{{2, 5}});
  promise(1, 3, 7, PartState::ended);
  CHECK(steps_to(marks, reader, 4) == Steps{{3, 5}});
  promise(2, 4, 6, PartState::idle);
  CHECK(steps_to(marks, reader, 5) == Steps{{4, 7}});  // of one that is forgotten by then
  promise(0, 5, 4);
  CHECK(steps_to(marks, reader, 6) == Steps{{5, 4}});  // and what it brings may be late
  promise(0, 6, 8, PartState::ended);
  CHECK(steps_to(marks, reader, 7) == Steps{{6, 8}});
  promise(2, 7, 6, PartState::ended);
  CHECK(steps_to(marks, reader, 8) == Steps{{7, end_of_time}});
  CHECK(marks.empty());
}

TEST_CASE("a watermark is held by the parts that have promised the least where the frontier is",
          "[watermarks]") {
  Marks marks;
  marks.add_reader(LocationId{9}, {{LocationId{1}}});
  marks.apply(std::vector<Promise>{{part_of(1, 0, 0), 1, Mark{5}},
                                   {part_of(1, 1, 0), 1, Mark{3}},
                                   {part_of(1, 1, 1), 1, Mark{0}, PartState::idle},
                                   {part_of(1, 2, 0), 1, Mark{3}},
                                   {part_of(1, 1, 0), 2, Mark{8}},
                                   {part_of(2, 0, 0), 1, Mark{0}}});
  const auto held_at = [&](Epoch frontier) {
    const Antichain<Epoch> at{frontier};
    const auto holds = marks.holds([&](LocationId) -> const auto& { return at; });
    REQUIRE(holds.size() == 1);
    CHECK(holds.front().port == LocationId{9});
    return std::pair(holds.front().mark, holds.front().parts);
  };
  using Parts = std::vector<PartId>;
  CHECK(held_at(1) == std::pair(nothing_yet, Parts{part_of(1, 0, 0), part_of(1, 1, 0),
                                                   part_of(1, 1, 1), part_of(1, 2, 0)}));
  CHECK(held_at(2) == std::pair(Mark{3}, Parts{part_of(1, 1, 0), part_of(1, 2, 0)}));
  CHECK(held_at(3) == std::pair(Mark{3}, Parts{part_of(1, 2, 0)}));

  marks.apply(std::vector<Promise>{{part_of(1, 0, 0), 2, Mark{9}, PartState::ended},
                                   {part_of(1, 1, 0), 3, Mark{8}, PartState::idle},
                                   {part_of(1, 2, 0), 3, Mark{4}, PartState::ended}});
  CHECK(held_at(4) == std::pair(Mark{9}, Parts{part_of(1, 1, 0), part_of(1, 1, 1)}));
}

}  // namespace tidemark::watermarks_test
