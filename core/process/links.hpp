// SPDX-License-Identifier: MIT
//
// Links: the way of data between virtual processes.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/reports/virtual_network.hpp>
#include <tidemark/progress/station.hpp>

#include <cstdint>

namespace tidemark {

/// Delivers what goes from worker to worker, to another process by way of the network.
class Links {
 public:
  /// `network` is null where there is one process. Requires: both outlive this.
  Links(const Config& config, VirtualNetwork* network, Mail& mail);

  /// False if all that is delivered can be posted at once.
  bool needed() const { return layout_.processes > 1; }

  /// Thread: that of `from`.
  void deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope);

 private:
  Layout layout_;
  VirtualNetwork* network_;
  Mail* mail_;
};

}  // namespace tidemark
