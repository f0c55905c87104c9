// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/core/read_item.hpp>
#include <tidemark/operators/sources/generated_input.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

class GeneratedPart final : public SourcePart<GeneratedEvent> {
 public:
  GeneratedPart(GeneratedInput input, const GeneratorOptions& options, std::uint64_t first,
                const SourceContext& context)
      : input_(std::move(input)),
        options_(options),
        now_(context.now),
        began_(context.now()),
        next_(context.resume_at ? from_bytes<std::uint64_t>(*context.resume_at) : first),
        first_(next_) {}

  Poll next_batch(std::vector<GeneratedEvent>& batch) override {
    for (std::size_t i = 0; i != std::max<std::size_t>(1, options_.batch_size); ++i) {
      if (next_ >= options_.count) break;
      if (options_.paced) {
        const auto due =
            began_ + std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(
                         static_cast<double>(next_ - first_) / options_.rate));
        if (due > now_()) return {Poll::State::wait, due};
      }
      batch.push_back(input_.event(next_));
      next_ += options_.parts;
    }
    return {next_ < options_.count ? Poll::State::more : Poll::State::end, {}};
  }

  std::optional<std::string> position() const override { return to_bytes(next_); }

 private:
  GeneratedInput input_;
  GeneratorOptions options_;
  std::function<Clock::time_point()> now_;
  Clock::time_point began_;
  std::uint64_t next_;
  std::uint64_t first_;
};

void require(bool holds, const std::string& what) {
  if (!holds) throw ConfigError("GeneratedInput: " + what);
}

}  // namespace

GeneratedInput::GeneratedInput(const GeneratorOptions& options) : options_(options) {
  require(options.keys >= 1, "there must be at least 1 key");
  require(options.parts >= 1, "there must be at least 1 part");
  require(options.rate > 0 && std::isfinite(options.rate), "the rate must be above 0");
  require(options.skew >= 0 && std::isfinite(options.skew), "the skew must not be negative");
  require(options.disorder.count() >= 0, "the disorder must not be negative");
  if (options.skew == 0) return;
  std::vector<double> shares(options.keys);
  double sum = 0;
  for (std::uint64_t k = 0; k != options.keys; ++k)
    shares[k] = sum += std::pow(static_cast<double>(k + 1), -options.skew);
  for (double& share : shares) share /= sum;
  shares_ = std::make_shared<const std::vector<double>>(std::move(shares));
}

std::vector<std::string> GeneratedInput::parts() const {
  std::vector<std::string> names;
  for (std::uint32_t p = 0; p != options_.parts; ++p) names.push_back(std::to_string(p));
  return names;
}

std::unique_ptr<SourcePart<GeneratedEvent>> GeneratedInput::open(
    const std::string& part, const SourceContext& context) const {
  return std::make_unique<GeneratedPart>(*this, options_, read_item<std::uint64_t>(part), context);
}

GeneratedEvent GeneratedInput::event(std::uint64_t number) const {
  const std::uint64_t first = detail::mix(detail::mix(options_.seed) + 2 * number);
  const std::uint64_t second = detail::mix(detail::mix(options_.seed) + 2 * number + 1);
  GeneratedEvent event{.number = number};
  if (shares_) {
    const double place = static_cast<double>(first >> 11) * 0x1p-53;
    const auto at = std::ranges::upper_bound(*shares_, place);
    event.key = std::min<std::uint64_t>(static_cast<std::uint64_t>(at - shares_->begin()),
                                        options_.keys - 1);
  } else {
    event.key = first % options_.keys;
  }
  const auto arrived = std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(number) * 1e9 / options_.rate));
  const auto delay = static_cast<std::int64_t>(
      second % (static_cast<std::uint64_t>(options_.disorder.count()) + 1));
  event.time = std::max(std::chrono::nanoseconds(0), arrived - std::chrono::nanoseconds(delay));
  return event;
}

}  // namespace tidemark
