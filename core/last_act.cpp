// SPDX-License-Identifier: MIT
#include <tidemark/core/alternate_stack.hpp>
#include <tidemark/core/last_act.hpp>

#include <atomic>
#include <ctime>
#include <mutex>
#include <sys/syscall.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace tidemark {

/// Constant from the beginning and never destroyed: a handler may look at any time.
struct LastActs {
  std::mutex mutex;  // guards the list and `wanted`, among those who have a Hold
  LastAct* first = nullptr;
  int wanted = 0;                    // LastActs and Holds: signals have handlers if any
  std::atomic<pid_t> process = 0;    // that has made the newest of them
  std::atomic<int> holds = 0;        // threads that have one
  std::atomic<bool> ending = false;  // for good: a signal ends the program

  void call() const {
    const pid_t self = ::getpid();
    for (const LastAct* each = first; each != nullptr; each = each->next_)
      if (each->process_ == self) each->act_();
  }
};

namespace {

constinit LastActs acts;

static_assert(std::is_trivially_destructible_v<LastActs> &&
              std::atomic<pid_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constinit thread_local int holds_of_thread = 0;

constexpr int second = 100;  // of `moments`

/// Waits for so many hundredths of a second, or until `done`. Async-signal-safe.
template <typename Done>
void wait(int moments, const Done& done) {
  const timespec moment{.tv_sec = 0, .tv_nsec = 10'000'000};
  for (; moments != 0 && !done(); --moments) ::nanosleep(&moment, nullptr);
}

bool is_fault(int signal, const siginfo_t& info) {
  return info.si_code > 0 && (signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                              signal == SIGILL || signal == SIGTRAP || signal == SIGSYS);
}

/// Calls all acts, unless this is a child of the process that they are for, which may share its
/// memory. Two that come at once end the program when the first one has.
bool call_acts() {
  if (acts.process != ::getpid()) return false;
  if (acts.ending.exchange(true)) {
    wait(10 * second, [] { return false; });
    return false;
  }
  wait(second, [] { return acts.holds == 0; });
  acts.call();
  return true;
}

/// Has all signals blocked, so that a fault in it ends the program at once.
void end_by(int signal, siginfo_t* info, void*) {
  const bool called = call_acts();
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(signal, &by_default, nullptr);
  // Again as it came, so that a core dump has its reason and place.
  if (::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), ::gettid(), signal, info) != 0) ::raise(signal);
  sigset_t its;
  ::sigemptyset(&its);
  ::sigaddset(&its, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &its, nullptr);
  // A debugger has kept it back, or this is process 1, which only a fault ends, when it comes
  // again.
  if (called && !is_fault(signal, *info)) ::_exit(128 + signal);
}

bool is_default(const struct sigaction& action) {
  return action.sa_handler == SIG_DFL;
}

bool is_ending(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == end_by;
}

/// Whether the default action of a signal ends this process, and can be another.
bool ends(int signal) {
  switch (signal) {
    case SIGKILL:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGCONT:
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
      return false;
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
      return true;
    default:
      // Process 1 of a container ignores what has its default action.
      return (signal <= SIGSYS || signal >= SIGRTMIN) && ::getpid() != 1;
  }
}

/// Gives each signal that ends the program `action`, if what it has is `wanted`.
void replace(bool (*wanted)(const struct sigaction&), const struct sigaction& action) {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction found {};
    if (!ends(signal) || ::sigaction(signal, nullptr, &found) != 0 || !wanted(found)) continue;
    ::sigaction(signal, &action, &found);
    if (!wanted(found)) ::sigaction(signal, &found, nullptr);  // it came in between
  }
}

/// Requires: acts.mutex.
void settle() {
  if (acts.wanted != 0) return replace(is_default, LastAct::ending());
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  replace(is_ending, by_default);
}

/// The last that is done at std::exit.
[[gnu::destructor]] void call_at_exit() {
  if (acts.process != ::getpid()) return;
  const LastAct::Hold hold;
  const std::lock_guard lock(acts.mutex);
  acts.call();
}

}  // namespace

LastAct::LastAct(std::function<void()> act) : act_(std::move(act)), process_(::getpid()) {
  const Hold hold;
  const std::lock_guard lock(acts.mutex);
  next_ = acts.first;
  if (next_ != nullptr) next_->previous_ = this;
  acts.first = this;
  ++acts.wanted;
}

LastAct::~LastAct() {
  const Hold hold;
  const std::lock_guard lock(acts.mutex);
  (previous_ != nullptr ? previous_->next_ : acts.first) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  --acts.wanted;
}

bool LastAct::is_inherited() const {
  return process_ != ::getpid();
}

struct sigaction LastAct::ending() {
  struct sigaction action {};
  action.sa_sigaction = end_by;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  ::sigfillset(&action.sa_mask);
  return action;
}

void LastAct::settle_signals() {
  const Hold hold;
  const std::lock_guard lock(acts.mutex);
  settle();
}

LastAct::Hold::Hold() {
  have_alternate_stack();
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  if (holds_of_thread++ != 0) return;
  ++acts.holds;
  if (acts.ending) {
    --acts.holds;
    while (true) ::pause();  // the program ends
  }
  const std::lock_guard lock(acts.mutex);
  const bool is_first = acts.process.exchange(::getpid()) != ::getpid();
  if (acts.wanted++ == 0 || is_first) settle();
}

LastAct::Hold::~Hold() {
  if (--holds_of_thread == 0) {
    const std::lock_guard lock(acts.mutex);
    if (--acts.wanted == 0) settle();
    --acts.holds;
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tidemark
