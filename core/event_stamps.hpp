// SPDX-License-Identifier: MIT
//
// Event stamps: how a fused step reads event times where a stream still is its source.
#pragma once

#include <tidemark/core/event_source.hpp>
#include <tidemark/core/stream.hpp>

#include <optional>

namespace tidemark {

/// Says that the step which `stream` leaves, a fused one, reads the event times of the records of
/// its source, and gives them to what is returned: part by part as they are sent. `wait` and
/// `idle_after`: see EventSource::read_stamps. Throws DataflowError unless the stream comes from
/// parts of a source, by way of fewer than 64 fused steps, and nobody else reads theirs.
template <Timestamp T>
EventSource<typename Level<T>::Ledger>& read_stamps(const AnyStream<T>& stream, Span wait,
                                                    std::optional<Span> idle_after);

}  // namespace tidemark
