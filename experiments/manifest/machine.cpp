// SPDX-License-Identifier: MIT
#include "machine.hpp"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace tidemark {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "";
}

/// What sysconf knows, and 0 where it does not.
std::uint64_t known(int name) {
  return static_cast<std::uint64_t>(std::max(0L, ::sysconf(name)));
}

unsigned usable_cores() {
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? unsigned(CPU_COUNT(&cores)) : 0;
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
std::optional<double> others_seconds() {
  std::ifstream file("/proc/stat");
  std::string label;
  double user = 0;
  double nice = 0;
  double system = 0;
  if (!(file >> label >> user >> nice >> system)) return std::nullopt;
  return (user + nice + system) / static_cast<double>(sysconf(_SC_CLK_TCK)) - own_seconds();
}

}  // namespace

Machine this_machine() {
  utsname system{};
  const bool named = ::uname(&system) == 0;
  return {.processor = processor(),
          .cores = usable_cores(),
          .all_cores = static_cast<unsigned>(known(_SC_NPROCESSORS_ONLN)),
          .memory_bytes = known(_SC_PHYS_PAGES) * known(_SC_PAGESIZE),
          .kernel = named ? std::string(system.sysname) + " " + system.release : ""};
}

Neighbours::Neighbours() : others_began_(others_seconds()) {}

double Neighbours::cores_taken() const {
  const std::chrono::duration<double> watched = std::chrono::steady_clock::now() - began_;
  const std::optional<double> others = others_seconds();
  return others && others_began_ ? std::max(0.0, (*others - *others_began_) / watched.count()) : 0;
}

}  // namespace tidemark
