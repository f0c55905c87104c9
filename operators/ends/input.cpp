// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>

#include <filesystem>

namespace tidemark::detail {
namespace {

/// The parts that each worker can reach.
std::vector<std::vector<std::string>> parts_of(const AnySource& source, std::uint32_t workers) {
  if (source.parts) return std::vector(workers, source.parts());
  std::vector<std::vector<std::string>> lists(workers);
  for (std::uint32_t w = 0; w != workers; ++w) {
    if (source.dynamic) {
      lists[w] = {std::to_string(w)};
    } else {
      lists[w] = source.parts_at(w, workers);
    }
  }
  return lists;
}

}  // namespace

std::string kind_of_source(const std::type_info& type) {
  const std::string name = unscoped_name(type);
  return name.substr(0, name.find('<'));
}

std::map<std::string, std::uint32_t> readers_of(const AnySource& source, std::uint32_t workers) {
  return assign_parts(parts_of(source, workers));
}

void require_given_again(const AnySource& source, const std::string& step,
                         const std::string& part) {
  const std::string file = source.file_of ? source.file_of(part) : "";
  if (source.gives_again && (file.empty() || std::filesystem::is_regular_file(file))) return;
  throw ReplayError("input '" + step + "' cannot be replayed: " +
                    (source.gives_again ? "'" + file + "' is no file that could be read again"
                                        : std::string("its source, a ") + source.kind +
                                              ", does not give the same records again") +
                    "; have them kept in the run that is traced (recorded.hpp)");
}

void take_again(OpenPart& part, const std::string& step, std::size_t count) {
  if (part.source->take(count)) return;
  throw ReplayError("the part '" + part.name + "' of input '" + step +
                    "' does not give again what it gave in the run that is replayed");
}

void build_input(OperatorBuilder<Epoch>& op, const std::string& id, AnySource source,
                 const InputOptions& options) {
  if (options.epochs_ahead == 0)
    throw ConfigError("input '" + id + "' may run 0 epochs ahead, so no epoch could ever begin; " +
                      "epochs_ahead must be at least 1");
  Worker& worker = op.scope().worker();
  std::vector<FileClaim> claims;
  if (source.file_of)
    for (const auto& [part, reader] : readers_of(source, worker.peers()))
      if (reader == worker.index())
        claims.push_back(
            FileClaim::of_reader(&worker.process(), "input '" + id + "'", source.file_of(part)));
  KeptPositions kept{worker.process().config().states, id, worker.index(), source.kind};
  op.keeps(Keeps::saved);
  op.set_interest(Interest::when_holding);
  StopAction stop =
      worker.process().on_stop_request([activator = op.activator()] { activator.activate(); });
  op.build([stop = std::move(stop),
            shard = std::make_unique<InputShard>(
                options, std::move(source), op.watch_ends(), op.reactivate(), op.activator(),
                std::move(kept), std::move(claims), worker, worker.next_dataflow(),
                op.event_source(0), op.initial_capability(0))] { shard->run(); });
}

}  // namespace tidemark::detail
