// SPDX-License-Identifier: MIT
//
// The wheel that wakes keys: none is woken late, and none is lost.
#include <tidemark/windowing/waking_keys.hpp>

#include <tests/support.hpp>
#include <tests/support/abort.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace tidemark::waking_keys_test {
namespace {

using Wheel = detail::WakeWheel<int>;
using std::chrono::nanoseconds;

EventTime at(std::int64_t time) {
  return EventTime(nanoseconds(time));
}

TEST_CASE("a key whose time has come already is looked at by the next wake", "[waking_keys]") {
  for (const std::int64_t when : {0, 99, 100}) {
    Wheel wheel;
    Wheel::Entry key(1);
    wheel.wake_by(key, at(when), at(100));
    CHECK(wheel.next() == at(when));
    int looks = 0;
    wheel.wake(
        at(100), [&](Wheel::Entry&) { ++looks; }, [](Wheel::Entry&) {});
    CHECK(looks == 1);
    CHECK(wheel.empty());
  }
}

TEST_CASE("a key that waits in no list is found", "[waking_keys][verify]") {
  Wheel wheel;
  Wheel::Entry key(1);
  wheel.wake_by(key, at(1000), at(0));
  wheel.verify();
  key.list = 3;  // where it is not
  const auto message = tests::abort_message([&] { wheel.verify(); });
  REQUIRE(message);
  CHECK_THAT(*message, Catch::Contains("each key that waits is in its list"));
}

TEST_CASE("each key is looked at by the time that was said last, whenever that was",
          "[waking_keys]") {
  CHECK(rc::check([](const std::vector<std::pair<std::uint8_t, std::int16_t>>& steps) {
    Wheel wheel;
    std::map<int, std::unique_ptr<Wheel::Entry>> keys;
    std::map<int, std::int64_t> due;
    std::int64_t now = 0;
    for (const auto& [key, later] : steps) {
      now += key % 16;
      auto& entry = keys[key];
      if (!entry) entry = std::make_unique<Wheel::Entry>(key);
      wheel.wake_by(*entry, at(now + later), at(now));
      due[key] = now + later;  // what was said before counts no longer
      wheel.wake(
          at(now),
          [&](Wheel::Entry& woken) {
            // Perhaps too early: then it is said again.
            const std::int64_t when = due.at(woken.key);
            if (when <= now) {
              due.erase(woken.key);
            } else {
              wheel.wake_by(woken, at(when), at(now));
            }
          },
          [](Wheel::Entry&) {});
      for (const auto& [waiting, when] : due) RC_ASSERT(when > now);
    }
    RC_ASSERT(wheel.empty() == due.empty());
  }));
}

}  // namespace
}  // namespace tidemark::waking_keys_test
