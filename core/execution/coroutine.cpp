// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/coroutine.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/sanitizers.hpp>

#include <boost/context/fiber.hpp>
#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include <utility>

#if TIDEMARK_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#elif TIDEMARK_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace tidemark {
namespace {

using boost::context::fiber;
using boost::context::stack_context;

/// Tells the sanitizers which stack is in use. `leave` comes right before a switch, `enter` is the
/// first thing after it, on the other stack.
#if TIDEMARK_ADDRESS_SANITIZER
class SanitizedSwitch {
 public:
  void begin(const stack_context& stack) {
    inner_ = {static_cast<char*>(stack.sp) - stack.size, stack.size};
  }
  void leave_outer() { __sanitizer_start_switch_fiber(&outer_fake_, inner_.bottom, inner_.size); }
  void enter_inner() { __sanitizer_finish_switch_fiber(inner_fake_, &outer_.bottom, &outer_.size); }
  void leave_inner(bool for_ever) {
    __sanitizer_start_switch_fiber(for_ever ? nullptr : &inner_fake_, outer_.bottom, outer_.size);
  }
  void enter_outer() { __sanitizer_finish_switch_fiber(outer_fake_, nullptr, nullptr); }

 private:
  struct Extent {
    const void* bottom = nullptr;
    std::size_t size = 0;
  };
  Extent inner_, outer_;
  void* inner_fake_ = nullptr;
  void* outer_fake_ = nullptr;
};
#elif TIDEMARK_THREAD_SANITIZER
class SanitizedSwitch {
 public:
  SanitizedSwitch() : inner_(__tsan_create_fiber(0)) {}
  SanitizedSwitch(const SanitizedSwitch&) = delete;
  SanitizedSwitch& operator=(const SanitizedSwitch&) = delete;
  ~SanitizedSwitch() { __tsan_destroy_fiber(inner_); }

  void begin(const stack_context&) {}
  void leave_outer() {
    outer_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(inner_, 0);
  }
  void enter_inner() {}
  void leave_inner(bool) { __tsan_switch_to_fiber(outer_, 0); }
  void enter_outer() {}

 private:
  void* inner_;
  void* outer_ = nullptr;
};
#else
struct SanitizedSwitch {
  void begin(const stack_context&) {}
  void leave_outer() {}
  void enter_inner() {}
  void leave_inner(bool) {}
  void enter_outer() {}
};
#endif

constexpr std::size_t stack_size = 1 << 20;

}  // namespace

struct Coroutine::Stack {
  explicit Stack(const std::function<void()>& body) {
    boost::context::protected_fixedsize_stack allocator(stack_size);
    const stack_context memory = allocator.allocate();
    switches.begin(memory);
    inner = fiber(std::allocator_arg, boost::context::preallocated(memory.sp, memory.size, memory),
                  allocator, [this, &body](fiber&& caller) {
                    switches.enter_inner();
                    outer = std::move(caller);
                    body();
                    switches.leave_inner(true);
                    return std::move(outer);
                  });
  }

  SanitizedSwitch switches;
  fiber inner;  // while it does not run
  fiber outer;  // while it runs
};

Coroutine::Coroutine(std::function<void()> body) : body_(std::move(body)) {}

Coroutine::~Coroutine() = default;

void Coroutine::resume() {
  if (!stack_) stack_ = std::make_unique<Stack>(body_);
  stack_->switches.leave_outer();
  stack_->inner = std::move(stack_->inner).resume();
  stack_->switches.enter_outer();
  if (!stack_->inner) stack_ = nullptr;
}

void Coroutine::pause() {
  TIDEMARK_CHECK(started(), "who pauses is running");
  stack_->switches.leave_inner(false);
  stack_->outer = std::move(stack_->outer).resume();
  stack_->switches.enter_inner();
}

}  // namespace tidemark
