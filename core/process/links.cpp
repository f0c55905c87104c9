// SPDX-License-Identifier: MIT
#include <tidemark/core/process/links.hpp>

#include <memory>
#include <utility>

namespace tidemark {

Links::Links(const Config& config, VirtualNetwork* network, Mail& mail)
    : layout_(layout_of(config)),
      network_(network),
      mail_(&mail) {}

namespace {

/// Gives an envelope back that has not been delivered when the run ends.
struct InTransit {
  explicit InTransit(Envelope& of) : envelope(&of) {}
  InTransit(const InTransit&) = delete;
  InTransit& operator=(const InTransit&) = delete;
  ~InTransit() {
    if (envelope != nullptr) envelope->release();
  }
  Envelope* envelope;
};

}  // namespace

void Links::deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope) {
  const std::uint32_t from_process = layout_.process_of_worker(from);
  const std::uint32_t to_process = layout_.process_of_worker(to);
  if (from_process == to_process) return mail_->post(to, envelope);
  network_->send({VirtualNetwork::Kind::data, from_process, to_process, from_process, to_process},
                 envelope.bytes(),
                 [mail = mail_, to, sent = std::make_shared<InTransit>(envelope)] {
                   mail->post(to, *std::exchange(sent->envelope, nullptr));
                 });
  network_->depart();
}

}  // namespace tidemark
