// SPDX-License-Identifier: MIT
//
// input: reads a source and says in which epoch its records are.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/type_name.hpp>
#include <tidemark/operators/ends/input_shard.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Item>
class ReadPartOf final : public ReadPart {
 public:
  ReadPartOf(std::unique_ptr<SourcePart<Item>> part, OutputPort<Epoch, Item>& out)
      : part_(std::move(part)),
        out_(&out) {}

  std::size_t poll(Poll& next) override {
    next = part_->next_batch(buffer_);
    return buffer_.size();
  }
  bool take(std::size_t count) override {
    static constexpr int most_polls = 1000;  // in vain, of a part that has nothing
    for (int in_vain = 0; !ended_ && in_vain != most_polls; ++in_vain) {
      const std::size_t before = more_.size();
      if (before >= count && (count != 0 || in_vain != 0)) break;
      ended_ = part_->next_batch(more_).state == Poll::State::end;
      if (more_.size() != before) in_vain = 0;
    }
    if (more_.size() < count) return false;
    const auto end = more_.begin() + static_cast<std::ptrdiff_t>(count);
    buffer_.assign(std::move_iterator(more_.begin()), std::move_iterator(end));
    more_.erase(more_.begin(), end);
    return true;
  }
  void send(const Capability<Epoch>& capability) override {
    out_->at(capability).give_all(buffer_);
    out_->flush();
  }
  std::optional<std::string> position() const override { return part_->position(); }
  void interrupted() override { part_->interrupted(); }

 private:
  std::unique_ptr<SourcePart<Item>> part_;
  OutputPort<Epoch, Item>* out_;
  std::vector<Item> buffer_;
  std::vector<Item> more_;  // in a replay: given, and not taken yet
  bool ended_ = false;      // there
};

/// The name of a source's type, without arguments: whatever records it gives, its positions are of
/// one kind.
std::string kind_of_source(const std::type_info& type);

/// A source whose positions are those of another says so: `using positions_of = Another`.
template <typename S>
struct PositionsOf {
  using type = S;
};
template <typename S>
  requires requires { typename S::positions_of; }
struct PositionsOf<S> : PositionsOf<typename S::positions_of> {};

template <typename S>
AnySource any_source(S source, OutputPort<Epoch, typename S::item_type>& out) {
  using Part = ReadPartOf<typename S::item_type>;
  AnySource any;
  any.kind = kind_of_source(typeid(typename PositionsOf<S>::type));
  any.dynamic = DynamicSource<S>;
  if constexpr (requires { source.gives_again(); }) {
    any.gives_again = source.gives_again();
  } else {
    any.gives_again = !DynamicSource<S>;
  }
  if constexpr (requires { source.parts_at(0, 1); }) {
    any.parts_at = [source](std::uint32_t worker, std::uint32_t workers) {
      return source.parts_at(worker, workers);
    };
  } else if constexpr (!DynamicSource<S>) {
    any.parts = [source] { return source.parts(); };
  }
  if constexpr (requires { source.file_of(std::string()); })
    any.file_of = [source](const std::string& part) { return source.file_of(part); };
  any.open = [source, &out](const std::string& part, const SourceContext& context) {
    if constexpr (DynamicSource<S>) {
      return std::make_unique<Part>(source.build(context), out);
    } else {
      return std::make_unique<Part>(source.open(part, context), out);
    }
  };
  return any;
}

/// Makes `op`, whose only output is that of the source, an input step. Throws ConfigError.
void build_input(OperatorBuilder<Epoch>& op, const std::string& id, AnySource source,
                 const InputOptions& options);

}  // namespace detail

/// Begins a stream with the records of `source`. Each part is read by one worker, in epochs of its
/// own; no records move to other workers. In a run with a StateStore the position of each part is
/// kept at the end of its epochs, and it goes on from there, if the source is of the same name.
template <typename S>
Stream<Epoch, typename S::item_type> input(Scope<Epoch>& scope, std::string id, S source,
                                           InputOptions options = {}) {
  static_assert(
      PartitionedSource<S> || DynamicSource<S>,
      "input: the source must be copy-constructible, name its item_type, and have parts() or "
      "parts_at(worker, workers) and open(part, context), or build(context)");
  OperatorBuilder<Epoch> op(scope, "input", id);
  auto [out, stream] = op.template output<typename S::item_type>();
  detail::build_input(op, id, detail::any_source(std::move(source), out), options);
  return stream;
}

/// The same in a blueprint.
template <typename S>
FlowStream<typename S::item_type> input(Dataflow& flow, std::string id, S source,
                                        InputOptions options = {}) {
  return flow.add_source(
      [id, source, options](Scope<Epoch>& scope) { return input(scope, id, source, options); });
}

}  // namespace tidemark
