// SPDX-License-Identifier: MIT
#include <tidemark/core/explanation.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tidemark {
namespace {

constexpr std::size_t causes_limit = 10;

std::string counted(std::uint64_t count, const char* noun, const char* plural) {
  return std::to_string(count) + " " + (count == 1 ? noun : plural);
}

std::string text_of(const Explanation::Holder& holder) {
  switch (holder.kind) {
    case Explanation::Holder::Kind::capability:
      return counted(holder.count, "capability", "capabilities");
    case Explanation::Holder::Kind::queued_batch:
      return counted(holder.count, "queued batch", "queued batches");
    case Explanation::Holder::Kind::open_batch:
      return counted(holder.count, "open batch", "open batches");
  }
  return "";
}

const char* text_of(Explanation::Cause::Whereabouts whereabouts) {
  switch (whereabouts) {
    case Explanation::Cause::Whereabouts::in_flight:
      return "in flight";
    case Explanation::Cause::Whereabouts::in_progress_message:
      return "in a progress message in flight";
    case Explanation::Cause::Whereabouts::unanswered:
      return "in flight or at a worker that did not answer";
  }
  return "";
}

/// ", 2 hops away: 2 at input.out0 -> 2 at count.in0 -> 3 at count.out0".
std::string way_of(const Explanation::Cause& cause) {
  const std::size_t hops = cause.path.size() - 1;
  if (hops == 0) return ", right there";
  std::string text = ", " + counted(hops, "hop", "hops") + " away: ";
  for (std::size_t i = 0; i <= hops; ++i)
    text += (i == 0 ? "" : " -> ") + cause.path[i].time + " at " + cause.path[i].name;
  return text;
}

/// "; its source has given nothing for 12.3 s".
std::string text_of(std::chrono::nanoseconds silent) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(silent).count() / 100;
  return "; its source has given nothing for " + std::to_string(tenths / 10) + "." +
         std::to_string(tenths % 10) + " s";
}

const char* text_of(Explanation::Cause::Role role) {
  switch (role) {
    case Explanation::Cause::Role::arrived:
      return "";
    case Explanation::Cause::Role::begins:
      return "; nothing comes before it: it is to be advanced or dropped";
    case Explanation::Cause::Role::holds_on:
      return "; nothing that can still arrive needs it: it is to be dropped";
    case Explanation::Cause::Role::waits:
      return "; it waits for what can still arrive";
  }
  return "";
}

}  // namespace

std::string to_text(const Explanation::Cause& cause) {
  const Explanation::Hop& pointstamp = cause.path.front();
  std::vector<std::string> parts;
  parts.reserve(cause.holders.size() + 1);
  for (const Explanation::Holder& holder : cause.holders)
    parts.push_back(text_of(holder) + " at " + pointstamp.time + " (worker " +
                    std::to_string(holder.worker) + ")");
  if (cause.rest > 0)
    parts.push_back(std::to_string(cause.rest) + " " + text_of(cause.rest_is) + " at " +
                    pointstamp.time);

  std::string text = pointstamp.name + " holds ";
  for (std::size_t i = 0; i != parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

std::string to_text(const Explanation::Part& part) {
  return (part.name.empty() ? "" : "part '" + part.name + "' of ") + "'" + part.step +
         "' (worker " + std::to_string(part.worker) +
         (part.idle ? ") is idle, and no part is waited for; all have told of no later time"
                    : ") has promised no more");
}

std::string to_text(const Explanation& explanation) {
  std::string text = explanation.subject.empty() ? "" : explanation.subject + ": ";
  text += explanation.time;
  if (!explanation.parts.empty()) {
    text += " at " + explanation.name + ", because";
    const std::size_t shown = std::min(causes_limit, explanation.parts.size());
    for (std::size_t i = 0; i != shown; ++i) text += "\n  " + to_text(explanation.parts[i]);
    if (const std::size_t more = explanation.parts.size() - shown; more != 0)
      text += "\n  and " + std::to_string(more) + " more";
    return text;
  }
  if (explanation.causes.empty()) return text + " is complete at " + explanation.name;
  text += " can still appear at " + explanation.name + ", because";
  const std::size_t shown = std::min(causes_limit, explanation.causes.size());
  for (std::size_t i = 0; i != shown; ++i)
    text += "\n  " + to_text(explanation.causes[i]) + way_of(explanation.causes[i]) +
            (explanation.causes[i].silent ? text_of(*explanation.causes[i].silent)
                                          : text_of(explanation.causes[i].role));
  if (const std::size_t more = explanation.causes.size() - shown; more != 0)
    text += "\n  and " + std::to_string(more) + " more";
  for (const Explanation::Busy& busy : explanation.busy)
    text += "\n  worker " + std::to_string(busy.worker) + " did not answer: " +
            (busy.step.empty() ? "it is in the program's own code"
                               : "the code of step '" + busy.step + "' is running");
  return text;
}

}  // namespace tidemark
