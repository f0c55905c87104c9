// SPDX-License-Identifier: MIT
#include "machine.hpp"

#include <tidemark/progress/sanitizers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace tidemark::bench {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "unknown processor";
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

double own_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// What all other processes have used so far, by /proc/stat: user, nice and system time.
double others_seconds() {
  std::ifstream file("/proc/stat");
  std::string label;
  double user = 0;
  double nice = 0;
  double system = 0;
  if (!(file >> label >> user >> nice >> system)) return 0;
  return (user + nice + system) / static_cast<double>(sysconf(_SC_CLK_TCK)) - own_seconds();
}

}  // namespace

std::string describe_machine() {
  const std::string type = TIDEMARK_BUILD_TYPE;
  return fmt::format("{} cores, {}; {}, {}", std::thread::hardware_concurrency(), processor(),
                     compiler(), type.empty() ? "no build type" : type);
}

bool is_optimised_build() {
#if defined(__OPTIMIZE__) && !TIDEMARK_ADDRESS_SANITIZER && !TIDEMARK_THREAD_SANITIZER
  return true;
#else
  return false;
#endif
}

Neighbours::Neighbours() : others_began_(others_seconds()) {}

double Neighbours::cores_taken() const {
  return std::max(0.0, (others_seconds() - others_began_) / (watch_.ns() * 1e-9));
}

}  // namespace tidemark::bench
