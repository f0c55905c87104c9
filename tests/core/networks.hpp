// SPDX-License-Identifier: MIT
//
// The virtual networks under which every run must give what it gives without one.
#pragma once

#include <tidemark/core/reports/virtual_network.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Networks that keep the order of each sender, by name.
inline std::vector<std::pair<std::string, NetworkOptions>> networks() {
  using namespace std::chrono_literals;
  return {
      {"no time", {}},
      {"latency", {.link = {.latency = 100us}}},
      {"jitter", {.link = {.latency = 10us, .jitter = 1ms}}},
      {"narrow", {.link = {.jitter = 1us, .bandwidth = 100'000}}},
      {"stalling links", {.link = {.jitter = 1us, .stalls = {.every = 20us, .length = 500us}}}},
      {"stalling processes",
       {.link = {.latency = 1us}, .process_stalls = {.every = 10us, .length = 200us}}},
      {"one far process", {.link_between = [](std::uint32_t from, std::uint32_t to) -> LinkOptions {
         return {.latency = from == 0 || to == 0 ? 10ms : 10us, .jitter = 5us};
       }}},
  };
}

}  // namespace tidemark::tests
