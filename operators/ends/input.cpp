// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/operators/ends/input.hpp>

namespace tidemark::detail {

std::string kind_of_source(const std::type_info& type) {
  const std::string name = unscoped_name(type);
  return name.substr(0, name.find('<'));
}

void build_input(OperatorBuilder<Epoch>& op, const std::string& id, AnySource source,
                 const InputOptions& options) {
  if (options.epochs_ahead == 0)
    throw ConfigError("input '" + id + "' may run 0 epochs ahead, so no epoch could ever begin; " +
                      "epochs_ahead must be at least 1");
  Worker& worker = op.scope().worker();
  KeptPositions kept{worker.process().config().states, id, worker.index(), source.kind};
  op.keeps(Keeps::saved);
  op.set_interest(Interest::when_holding);
  StopAction stop =
      worker.process().on_stop_request([activator = op.activator()] { activator.activate(); });
  op.build([stop = std::move(stop),
            shard = std::make_unique<InputShard>(options, std::move(source), op.watch_ends(),
                                                 op.reactivate(), op.activator(), std::move(kept),
                                                 worker, worker.next_dataflow(), op.event_source(0),
                                                 op.initial_capability(0))] { shard->run(); });
}

}  // namespace tidemark::detail
