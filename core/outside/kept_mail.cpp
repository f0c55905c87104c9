// SPDX-License-Identifier: MIT
#include <tidemark/core/hash.hpp>
#include <tidemark/core/outside/kept_mail.hpp>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::uint64_t most_records = std::uint64_t{1} << 32;  // of a batch

}  // namespace

std::uint64_t number_of(const TracedTime& time) {
  std::uint64_t number = detail::hash_bytes(time.text);
  for (std::uint32_t k = 0; k != max_coordinates; ++k)
    number = detail::mix(number ^ coordinate(time.coordinates, k));
  return number;
}

KeptMail::~KeptMail() {
  for (const auto& [from, queue] : kept_)
    for (const Kept& each : queue) each.envelope->release();
}

void KeptMail::keep(Envelope& envelope) {
  if (!envelope.is_shared()) {
    kept_[{envelope.dataflow, envelope.channel, envelope.sender, 0}].push_back({&envelope, 0});
    return;
  }
  const Envelope::Content content = envelope.contents(0).front();
  const From from{envelope.dataflow, envelope.channel, content.sender, 1 + number_of(content.time)};
  kept_[from].push_back({&envelope, content.records});
}

Envelope* KeptMail::take(std::uint32_t dataflow, std::uint32_t channel, std::uint32_t sender) {
  const auto from = kept_.find({dataflow, channel, sender, 0});
  if (from == kept_.end()) return nullptr;
  Envelope* const envelope = from->second.front().envelope;
  from->second.pop_front();
  if (from->second.empty()) kept_.erase(from);
  return envelope;
}

Envelope* KeptMail::take_shared(std::uint32_t dataflow, std::uint32_t channel, std::uint64_t time,
                                const std::vector<SharedPart>& parts) {
  std::map<std::uint32_t, std::uint64_t> wanted;
  for (const SharedPart& part : parts) {
    if (part.records > most_records) return nullptr;
    wanted[part.sender] += part.records;
  }
  for (const auto& [sender, records] : wanted)
    if (!has({dataflow, channel, sender, 1 + time}, records)) return nullptr;
  Envelope* whole = nullptr;
  for (const auto& [sender, records] : parts) {
    const auto from = kept_.find({dataflow, channel, sender, 1 + time});
    for (std::uint64_t left = records; left != 0;) {
      Kept& first = from->second.front();
      if (whole == nullptr) whole = &first.envelope->another();
      const std::uint64_t count = std::min(left, first.records - first.taken);
      whole->take(*first.envelope, first.taken, first.taken + count);
      left -= count;
      first.taken += count;
      if (first.taken != first.records) continue;
      first.envelope->release();
      from->second.pop_front();
    }
    if (from != kept_.end() && from->second.empty()) kept_.erase(from);
  }
  return whole;
}

bool KeptMail::has(const From& from, std::uint64_t records) const {
  const auto queue = kept_.find(from);
  if (queue == kept_.end()) return false;
  std::uint64_t there = 0;
  for (const Kept& each : queue->second) there += each.records - each.taken;
  return there >= records;
}

}  // namespace tidemark
