// SPDX-License-Identifier: MIT
#include <tidemark/core/traffic.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <tuple>

namespace tidemark {

ProgressTraffic& ProgressTraffic::operator+=(const ProgressTraffic& other) {
  batches += other.batches;
  updates += other.updates;
  bytes += other.bytes;
  return *this;
}

DataTraffic& DataTraffic::operator+=(const DataTraffic& other) {
  batches += other.batches;
  bytes += other.bytes;
  return *this;
}

ProgressTraffic Traffic::all_progress() const {
  ProgressTraffic sum;
  for (const ProgressLink& link : progress) sum += link.sent;
  return sum;
}

ProgressTraffic Traffic::progress_between_processes() const {
  ProgressTraffic sum;
  for (const ProgressLink& link : progress)
    if (link.between_processes) sum += link.sent;
  return sum;
}

DataTraffic Traffic::all_data() const {
  DataTraffic sum;
  for (const DataLink& link : data) sum += link.sent;
  return sum;
}

DataTraffic Traffic::data_between_processes() const {
  DataTraffic sum;
  for (const DataLink& link : data)
    if (link.from != link.to) sum += link.sent;
  return sum;
}

namespace {

std::string line(const std::string& name, std::uint64_t batches, std::uint64_t updates,
                 std::uint64_t bytes) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%-32s %12llu %12llu %14llu\n", name.c_str(),
                static_cast<unsigned long long>(batches), static_cast<unsigned long long>(updates),
                static_cast<unsigned long long>(bytes));
  return text.data();
}

std::string line(const std::string& name, const ProgressTraffic& sent) {
  return line(name, sent.batches, sent.updates, sent.bytes);
}
std::string line(const std::string& name, const DataTraffic& sent) {
  return line(name, sent.batches, 0, sent.bytes);
}

const char* plural(Station::Kind kind) {
  constexpr std::array names{"workers", "processes", "relays", "ledgers"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string to_text(const Traffic& traffic) {
  std::map<std::tuple<Station::Kind, Station::Kind, bool>, ProgressTraffic> kinds;
  for (const Traffic::ProgressLink& link : traffic.progress)
    kinds[{link.from.kind, link.to.kind, link.between_processes}] += link.sent;
  std::array<char, 128> head{};
  std::snprintf(head.data(), head.size(), "%-32s %12s %12s %14s\n", "", "batches", "updates",
                "bytes");
  std::string text = head.data();
  for (const auto& [kind, sent] : kinds) {
    const auto& [from, to, between] = kind;
    text +=
        line(std::string(plural(from)) + " to " + plural(to) + (between ? ", remote" : ""), sent);
  }
  text += line("progress", traffic.all_progress());
  text += line("progress between processes", traffic.progress_between_processes());
  text += line("data", traffic.all_data());
  text += line("data between processes", traffic.data_between_processes());
  return text;
}

}  // namespace tidemark
