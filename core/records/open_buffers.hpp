// SPDX-License-Identifier: MIT
//
// Open buffers: where records lie that have been counted but not sent.
#pragma once

#include <tidemark/progress/location.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstdint>
#include <functional>

namespace tidemark {

/// What may hold records that have been counted but not sent: an exchange.
template <Timestamp T>
class OpenBuffers {
 public:
  virtual ~OpenBuffers() = default;
  virtual void flush() = 0;
  using List = std::function<void(LocationId, const T&, std::int64_t count)>;
  /// Calls `list(target, timestamp, count)` for each batch that is open.
  virtual void list_open(const List& list) const = 0;
};

}  // namespace tidemark
