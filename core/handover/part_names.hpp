// SPDX-License-Identifier: MIT
//
// Part names: how the parts of sources are called whose event times are read.
#pragma once

#include <tidemark/progress/watermarks.hpp>

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace tidemark {

/// Told by the workers that read them, asked by who explains. Thread: any.
class PartNames {
 public:
  void add(const PartId& part, std::string name) {
    const std::lock_guard lock(mutex_);
    names_[part] = std::move(name);
  }
  /// Empty if it has none.
  std::string of(const PartId& part) const {
    const std::lock_guard lock(mutex_);
    const auto at = names_.find(part);
    return at == names_.end() ? "" : at->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<PartId, std::string> names_;
};

}  // namespace tidemark
