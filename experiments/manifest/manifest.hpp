// SPDX-License-Identifier: MIT
//
// What has to be known of figures to understand and to repeat them: a manifest, in one JSON object
// with them. README.md documents it ("Figures").
#pragma once

#include <tidemark/core/event_time.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "../program/build.hpp"
#include "machine.hpp"
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// Of one measurement, from its making on.
class Manifest {
 public:
  /// Of what `command` measures, in this program. Requires: its options have been read; it outlives
  /// the manifest.
  explicit Manifest(CLI::App& command);

  /// Something that was drawn at random, by what it is of.
  void add_seed(const std::string& of, std::uint64_t seed);

  /// The measurement is over. Returns what speaks against it: what others took of the machine
  /// meanwhile, and how the program was built.
  const std::vector<std::string>& finish();

  /// Manifest and figures, as a document. Requires: the measurement is over.
  std::string document(nlohmann::ordered_json figures) const;

 private:
  CLI::App* command_;
  EventTime began_;
  Build build_ = this_build();
  nlohmann::ordered_json seeds_ = nlohmann::ordered_json::object();
  double seconds_ = 0;
  std::vector<std::string> warnings_;
  Neighbours neighbours_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tidemark
