// SPDX-License-Identifier: MIT
#include "word_count.hpp"

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>

namespace tidemark {
namespace {

using Tally = std::pair<std::string, std::uint64_t>;  // a word and how often it occurs

/// Collects the tallies of all workers, and writes them to a file. Each has words of its own, so
/// they meet only at the end.
class Totals {
 public:
  Totals(const WordCountOptions& options, std::vector<Tally>& counts)
      : all_(std::make_shared<All>()) {
    all_->counts = &counts;
    all_->path = options.counts;
    all_->open = options.config.workers;
  }

  auto step() const {
    return [*this](Stream<Epoch, Tally> tallies) {
      {
        // Now, and not before the run, which no signal ends without removing the file.
        const std::lock_guard lock(all_->mutex);
        if (!all_->path.empty() && !all_->file) all_->file.emplace(all_->path);
      }
      return output("totals", *this)(tallies);
    };
  }

  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part>(all_);
  }

 private:
  struct All {
    std::mutex mutex;
    std::vector<Tally>* counts = nullptr;
    std::string path;  // of the file, if there is to be one
    std::optional<FileWriter> file;
    std::uint32_t open = 0;  // workers
  };

  class Part final : public SinkPart<Tally> {
   public:
    explicit Part(std::shared_ptr<All> all) : all_(std::move(all)) {}
    void write_batch(const std::vector<Tally>& batch) override {
      for (const auto& [word, occurrences] : batch) table_[word] += occurrences;
    }
    void close() override {
      const std::lock_guard lock(all_->mutex);
      all_->counts->insert(all_->counts->end(), table_.begin(), table_.end());
      if (--all_->open != 0) return;
      std::ranges::sort(*all_->counts);
      if (!all_->file) return;
      for (const auto& [word, occurrences] : *all_->counts)
        all_->file->write(fmt::format("{}\t{}\n", word, occurrences));
      all_->file->commit();
    }

   private:
    std::shared_ptr<All> all_;
    KeyTable<std::string, std::uint64_t> table_;
  };

  std::shared_ptr<All> all_;
};

/// Adds up an epoch's tallies over all workers and sends the result, from worker 0, when the epoch
/// is complete.
auto summarise_epochs() {
  return [](Stream<Epoch, Tally> tallies) {
    auto parts = fuse<EpochResult>(tallies, "add up", "",
                                   [](Epoch epoch, std::vector<Tally>& batch, auto& out) {
                                     EpochResult part{epoch.value, 0, batch.size()};
                                     for (const auto& [word, occurrences] : batch)
                                       part.words += occurrences;
                                     out.give(part);
                                   });
    return unary_due<EpochResult>(
        parts, Exchange{[](const EpochResult&) { return std::uint64_t{0}; }}, "summarise", "epochs",
        [open = std::map<Epoch, std::pair<Capability<Epoch>, EpochResult>>{}](auto& in,
                                                                              auto& out) mutable {
          in.for_each([&](Batch<Epoch, EpochResult>& batch) {
            auto at = open.find(batch.time);
            if (at == open.end())
              at = open.emplace(batch.time,
                                std::pair{out.retain(batch), EpochResult{batch.time.value}})
                       .first;
            for (const EpochResult& part : batch) {
              at->second.second.words += part.words;
              at->second.second.distinct += part.distinct;
            }
          });
          std::erase_if(open, [&](auto& entry) {
            if (in.frontier().less_equal_to(entry.first)) return false;
            out.at(entry.second.first).give(entry.second.second);
            return true;
          });
        });
  };
}

/// Keeps what the program reports: the epochs, the number of words, and the progress state as it
/// was at the start and whenever an epoch that is a power of two was complete.
class EpochWatcher {
 public:
  EpochWatcher(WordCountResult& result, bool print) : result_(&result), print_(print) {}

  auto step() const {
    return [*this](Stream<Epoch, EpochResult> results) {
      Process& process = results.scope->worker().process();
      if (results.scope->worker().index() == 0)
        results.scope->when_attached([*this, &process](const auto&) { keep_state(process); });
      return fuse_in_place(results, "inspect", "watch",
                           [*this, &process](Epoch, std::vector<EpochResult>& batch) {
                             for (const EpochResult& epoch : batch) see(epoch, process);
                             if (!print_) batch.clear();
                           });
    };
  }

 private:
  void see(const EpochResult& epoch, Process& process) const {
    result_->epochs.push_back(epoch);
    result_->words += epoch.words;
    if (std::has_single_bit(result_->epochs.size())) keep_state(process);
  }

  void keep_state(Process& process) const {
    result_->states.emplace_back(result_->epochs.size(), process.dataflows().front()->snapshot());
  }

  WordCountResult* result_;  // written at worker 0 only, where all epochs are summarised
  bool print_;
};

}  // namespace

const ProgressSnapshot& WordCountResult::mid_run() const {
  const auto later = std::ranges::find_if(states, [&](const auto& state) {
    return state.first * 2 > epochs.size() && state.first > 1;
  });
  return std::prev(later)->second;
}

std::ostream& operator<<(std::ostream& out, const EpochResult& result) {
  return out << fmt::format("epoch {:>5} {:>12} words {:>10} distinct", result.epoch, result.words,
                            result.distinct);
}

std::vector<std::string> split_words(const std::string& line) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  std::vector<std::string> words;
  for (auto at = line.begin(); at != line.end();) {
    at = std::find_if(at, line.end(), is_letter);
    const auto end = std::find_if_not(at, line.end(), is_letter);
    if (at != end) {
      words.emplace_back(at, end);
      for (char& c : words.back()) c = static_cast<char>(c | 0x20);
    }
    at = end;
  }
  return words;
}

namespace {

void build(Dataflow& flow, const WordCountOptions& options, WordCountResult& result) {
  const EpochWatcher watcher(result, options.print_epochs);
  const auto tallies = input(flow, "lines", FileInput{options.path},
                             {.epoch_interval = std::chrono::seconds(1),
                              .epoch_items = options.epoch_lines,
                              .epochs_ahead = 2}) |
                       redistribute("spread", 500) | flat_map("words", split_words) |
                       count("count");
  tallies | Totals(options, result.counts).step();
  tallies | summarise_epochs() | watcher.step() | output("print", StdOutput{});
}

}  // namespace

FlowGraph describe_word_count(const WordCountOptions& options) {
  WordCountResult unused;
  Dataflow flow("word count");
  build(flow, options, unused);
  return flow.describe();
}

WordCountResult count_words(const WordCountOptions& options) {
  WordCountResult result;
  Dataflow flow("word count");
  result.graph = describe_word_count({.path = options.path});
  build(flow, options, result);
  const auto begin = Clock::now();
  try {
    cluster_main(flow, options.config);
  } catch (const Interrupted& error) {
    result.interrupted = true;
    result.signal = error.signal();
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return result;
}

}  // namespace tidemark
