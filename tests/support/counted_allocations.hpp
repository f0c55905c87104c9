// SPDX-License-Identifier: MIT
//
// Replaces the global operator new by one that counts. For one source file of an executable of its
// own, without sanitizers, which have replaced it already.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace tidemark::tests {

inline std::atomic<std::uint64_t> allocations{0};
inline std::atomic<std::uint64_t> allocated_bytes{0};
inline std::atomic<std::int64_t> live{0};  ///< allocations that have not been freed

}  // namespace tidemark::tests

[[gnu::noinline]] void* operator new(std::size_t size) {
  tidemark::tests::allocations.fetch_add(1, std::memory_order_relaxed);
  tidemark::tests::allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  tidemark::tests::live.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) tidemark::tests::live.fetch_sub(1, std::memory_order_relaxed);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
