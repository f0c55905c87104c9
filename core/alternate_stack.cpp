// SPDX-License-Identifier: MIT
#include <tidemark/core/alternate_stack.hpp>

#include <csignal>
#include <cstddef>
#include <sys/mman.h>

namespace tidemark {
namespace {

constexpr std::size_t stack_size = std::size_t{64} * 1024;  // with all registers of any processor

class AlternateStack {
 public:
  AlternateStack() noexcept {
    stack_t found{};
    if (::sigaltstack(nullptr, &found) != 0 || (found.ss_flags & SS_DISABLE) == 0) return;
    void* const memory = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return;
    memory_ = memory;
    const stack_t stack{.ss_sp = memory, .ss_flags = 0, .ss_size = stack_size};
    ::sigaltstack(&stack, nullptr);
  }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;
  ~AlternateStack() {
    if (memory_ == nullptr) return;
    stack_t found{};
    const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    if (::sigaltstack(nullptr, &found) == 0 && found.ss_sp == memory_)  // not another by now
      ::sigaltstack(&none, nullptr);
    ::munmap(memory_, stack_size);
  }

 private:
  void* memory_ = nullptr;  // null: it is another's
};

}  // namespace

void have_alternate_stack() noexcept {
  thread_local const AlternateStack of_thread;
}

}  // namespace tidemark
