// SPDX-License-Identifier: MIT
//
// The bodies of capabilities, of their books and of what keeps them by timestamp.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/notificator.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/check.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace tidemark {

template <Timestamp T>
void CapabilityBook<T>::change(const T& time, std::int64_t diff) {
  if (state == State::live) {
    pending->update({location, time}, diff);
    due.set();
  }
  if (state == State::building) early.emplace_back(time, diff);
}

template <Timestamp T>
void CapabilityBook<T>::move(const T& from, const T& to) {
  if (state == State::live) [[likely]] {
    pending->update({location, to}, +1);
    pending->update({location, from}, -1);
    due.set();
  } else {
    change(to, +1);
    change(from, -1);
  }
}

template <Timestamp T>
void CapabilityBook<T>::attach(ProgressBatch<T>& batch, const InHand* const& innermost,
                               DueMark mark, CapabilityWatch<T>* watcher) {
  state = State::live;
  pending = &batch;
  due = mark;
  in_hand = &innermost;
  for (const auto& [time, diff] : std::exchange(early, {})) change(time, diff);
  watch = watcher;
  if (watch != nullptr)
    for (HeldCapability<T>& capability : held)
      capability.number = watch->minted(location, capability.time, 0);
}

template <Timestamp T>
void CapabilityBook<T>::refuse(const std::string& what) const {
  throw CapabilityError("step '" + step + "' on worker " + std::to_string(worker) + " " + what);
}

template <Timestamp T>
Capability<T>::Capability(std::shared_ptr<Book> book, const T& time) : book_(std::move(book)) {
  held().time = Level<T>::to_ledger(time);
  book_->held.push_back(held());
}

template <Timestamp T>
Capability<T> Capability<T>::mint(std::shared_ptr<Book> book, const T& time, std::uint64_t parent) {
  book->change(Level<T>::to_ledger(time), +1);
  Capability made(std::move(book), time);
  if (made.is_watched()) [[unlikely]]
    made.held().number = made.book_->watch->minted(made.book_->location, made.held().time, parent);
  return made;
}

template <Timestamp T>
bool Capability<T>::is_watched() const {
  return book_->watch != nullptr && book_->state == Book::State::live;
}

template <Timestamp T>
Capability<T>& Capability<T>::operator=(Capability&& other) noexcept {
  if (this != &other) {
    if (book_) drop();
    take(other);
  }
  return *this;
}

template <Timestamp T>
Capability<T> Capability<T>::delayed(const T& later) const {
  require_later(later, "delay");
  static_cast<void>(book());
  return mint(book_, later, held().number);
}

template <Timestamp T>
void Capability<T>::downgrade(const T& later) {
  require_later(later, "downgrade");
  const Ledger to = Level<T>::to_ledger(later);
  if (to == held().time) return;
  static_cast<void>(book());
  book_->move(held().time, to);
  held().time = to;
  if (is_watched()) [[unlikely]]
    book_->watch->downgraded(book_->location, held().number, to);
}

template <Timestamp T>
void Capability<T>::take(Capability& other) noexcept {
  book_ = std::move(other.book_);
  held().time = other.held().time;
  held().number = other.held().number;
  if (!other.is_linked()) return;
  other.unlink();
  book_->held.push_back(held());
}

template <Timestamp T>
void Capability<T>::drop() noexcept {
  book_->change(held().time, -1);
  if (is_watched()) [[unlikely]]
    book_->watch->dropped(book_->location, held().number);
  this->unlink();
  book_ = nullptr;
}

template <Timestamp T>
void Capability<T>::require_later(const T& later, const char* verb) const {
  if (less_equal(time(), later) && !is_beyond_all_time(later)) return;
  const std::string tried = std::string("tried to ") + verb + " a capability at " +
                            to_text(time()) + " to " + to_text(later);
  if (is_beyond_all_time(later))
    book().refuse(tried +
                  ", which is no timestamp: it stands for the end; drop the capability instead");
  book().refuse(tried + "; it may only move to timestamps at or after " + to_text(time()));
}

template <Timestamp T>
void Capability<T>::refuse_moved() const {
  throw CapabilityError("a capability at " + to_text(time()) + " was used after it had moved");
}

namespace detail {

/// The first entry of a map by timestamps that none of the frontiers can bring any more. O(1) in a
/// total order, else O(n).
template <Timestamp T, typename Place>
Place first_due(Place from, Place end, std::span<const Antichain<T>* const> frontiers) {
  for (; from != end; ++from) {
    const auto can_bring = [&](const Antichain<T>* of) { return of->less_equal_to(from->first); };
    if (std::ranges::none_of(frontiers, can_bring)) return from;
    if (is_totally_ordered<T>) return end;  // nor any after it
  }
  return end;
}

template <Timestamp T>
void* OpenList<T>::find(const T& time) {
  const auto entry = entries_.find(time);
  return entry == entries_.end() ? nullptr : entry->second.state.get();
}

template <Timestamp T>
void OpenList<T>::add(const T& time, Capability<T> capability, State state) {
  const bool is_new = entries_.emplace(time, Entry{std::move(capability), std::move(state)}).second;
  TIDEMARK_CHECK(is_new, "a timestamp has one state");
}

template <Timestamp T>
auto OpenList<T>::due(Place from, std::span<const Antichain<T>* const> frontiers) -> Place {
  return first_due(from, entries_.end(), frontiers);
}

template <Timestamp T>
auto OpenList<T>::erase(Place entry) -> Place {
  return entries_.erase(entry);
}

}  // namespace detail

template <Timestamp T>
void Notificator<T>::notify_at(Capability<T> capability) {
  const T time = capability.time();
  const auto at = requests_.find(time);
  if (at == requests_.end()) {
    requests_.emplace(time, Request{std::move(capability), 1});
  } else {
    ++at->second.count;
  }
}

template <Timestamp T>
auto Notificator<T>::take_due(std::span<const Antichain<T>* const> frontiers)
    -> std::optional<Request> {
  const auto due = detail::first_due(requests_.begin(), requests_.end(), frontiers);
  if (due == requests_.end()) return std::nullopt;
  Request request = std::move(due->second);
  requests_.erase(due);
  return request;
}

}  // namespace tidemark
