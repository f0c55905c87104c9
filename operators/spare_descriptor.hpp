// SPDX-License-Identifier: MIT
//
// Spare descriptors: more files are read and written than the process may have open.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <sys/types.h>

namespace tidemark::detail {

/// The descriptor of a file that is opened again when it is used, if it was closed to make room. Of
/// these, half as many are open at a time as the process may have descriptors, and one more for
/// each thread that uses one; the one that was used longest ago is closed first. One whose file has
/// no name any more stays open. Thread: one at a time; others may use others.
class SpareDescriptor {
 public:
  /// open(2), for what is no SpareDescriptor, too: closes some if there are too many, and gives no
  /// standard descriptor. -1 and errno if it fails.
  static int open(const std::string& path, int flags, mode_t mode = 0);

  /// Of what stays open until it is shared; -1: nothing.
  explicit SpareDescriptor(int descriptor) : descriptor_(descriptor) {}
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  ~SpareDescriptor();

  /// From here on it may be closed while it is not used.
  void share();

  /// Requires: not shared.
  int get() const { return descriptor_; }

  /// Gives what `work(descriptor)` gives, during which it stays open. If it was closed, the
  /// descriptor is what `reopen(error)` gives, of which `error` is what close(2) has said, or 0.
  template <typename Reopen, typename Work>
  auto use(const Reopen& reopen, const Work& work) {
    struct Use {
      explicit Use(SpareDescriptor& used) : used_(used) { used_.begin_use(); }
      Use(const Use&) = delete;
      Use& operator=(const Use&) = delete;
      ~Use() { used_.end_use(); }
      SpareDescriptor& used_;
    };
    const Use use(*this);
    if (descriptor_ < 0) descriptor_ = reopen(close_error_);
    return work(descriptor_);
  }

 private:
  struct Pool;

  void begin_use();
  void end_use();

  int descriptor_;  // -1: closed to make room
  int close_error_ = 0;
  bool shared_ = false;
  std::optional<std::list<SpareDescriptor*>::iterator> place_;  // in the pool: open and not used
};

}  // namespace tidemark::detail
