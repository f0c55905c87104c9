// SPDX-License-Identifier: MIT
//
// Standard descriptors: those that are closed stay so, and nothing else becomes one of them.
#include <tidemark/core/run.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/core/worker.hpp>

#include <tests/support.hpp>

#include <fcntl.h>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace tidemark::standard_descriptors_test {
namespace {

/// A bit for each standard descriptor that is closed.
unsigned closed_ones(bool (*closed)(int)) {
  return (closed(0) ? 1u : 0u) | (closed(1) ? 2u : 0u) | (closed(2) ? 4u : 0u);
}

/// Whether `look` says true in a child in which the standard descriptors of `closed` are closed.
bool holds_in_child(unsigned closed, const std::function<bool()>& look) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    for (int descriptor = 0; descriptor != 3; ++descriptor) {
      ::close(descriptor);
      ::open("/dev/null", O_RDWR);
    }
    for (int descriptor = 0; descriptor != 3; ++descriptor)
      if ((closed >> descriptor & 1u) != 0) ::close(descriptor);
    bool held = false;
    try {
      held = look();
    } catch (...) {
    }
    ::_exit(held ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

/// Whether those of `closed` are closed, the others are not, and none is what is opened next.
bool are_kept(unsigned closed) {
  if (closed_ones(&is_closed) != closed) return false;
  const int next = ::open("/dev/null", O_RDWR);
  ::close(next);
  return next >= 3;
}

bool are_as_they_were(unsigned closed) {
  return closed_ones([](int descriptor) { return ::fcntl(descriptor, F_GETFD) == -1; }) == closed;
}

TEST_CASE("nothing that is opened becomes a standard descriptor that is closed", "[descriptors]") {
  for (unsigned closed = 0; closed != 8; ++closed) {
    CAPTURE(closed);
    CHECK(holds_in_child(closed, [closed] {
      {
        const StandardDescriptors outer;
        {
          const StandardDescriptors inner;
          if (!are_kept(closed)) return false;
        }
        if (!are_kept(closed)) return false;
        char byte = 0;
        if ((closed & 1u) != 0 && (::read(0, &byte, 1) >= 0 || errno != EBADF)) return false;
        if ((closed & 2u) != 0 && (::write(1, &byte, 1) >= 0 || errno != EBADF)) return false;
      }
      return are_as_they_were(closed);
    }));
  }
}

TEST_CASE("in a run, too, nothing becomes a standard descriptor that is closed", "[descriptors]") {
  for (unsigned closed = 0; closed != 8; ++closed) {
    CAPTURE(closed);
    CHECK(holds_in_child(closed, [closed] {
      bool kept = false;
      execute({.workers = 1,
               .threads = 1,
               .executor = ExecutorKind::threads,
               .explain = {.on_quit_signal = true},
               .stop_on_interrupt = true},
              [&](Worker&) { kept = are_kept(closed); });
      // Its signal pipes live as long as the program, so they have not become one either.
      return kept && are_as_they_were(closed);
    }));
  }
}

TEST_CASE("what a program has opened in the place of a closed descriptor is left alone",
          "[descriptors]") {
  CHECK(holds_in_child(1, [] {
    {
      const StandardDescriptors kept;
      const int file = ::open("/dev/null", O_RDWR);
      ::dup2(file, 0);
      ::close(file);
    }
    return !is_closed(0);
  }));
}

}  // namespace
}  // namespace tidemark::standard_descriptors_test
