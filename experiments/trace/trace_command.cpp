// SPDX-License-Identifier: MIT
//
// tidemark trace: what is in a trace, and the same for other programs.
#include <tidemark/core/error.hpp>
#include <tidemark/core/trace_cut.hpp>
#include <tidemark/core/trace_schema.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../print.hpp"
#include "../write_file.hpp"
#include "event_json.hpp"
#include "export.hpp"
#include "instant.hpp"
#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  std::string path;
  bool json = false;
};

struct ExportOptions {
  std::string path;
  std::string format = "jsonl";
};

struct CutOptions {
  std::string path;
  std::string out;
  std::uint64_t from = 1;
  std::optional<std::uint64_t> to;
};

struct DiffOptions {
  std::string a;
  std::string b;
  bool clocks = false;
};

/// What of the engine's amounts was not as it is without being given.
std::string tuning_text(const TracedRun& run) {
  const TracedRun usual;
  std::string text;
  const auto add = [&](const char* option, std::uint32_t amount, std::uint32_t without) {
    if (amount != without) text += fmt::format(", {} {}", option, amount);
  };
  add("--batch-records", run.batch_records, usual.batch_records);
  add("--steps-per-turn", run.steps_per_turn, usual.steps_per_turn);
  add("--open-steps", run.open_steps, usual.open_steps);
  return text;
}

/// How many events of each kind, by dataflow; under "other" those of a newer version.
using Counts = std::vector<std::map<std::string, std::uint64_t>>;

void info(const InfoOptions& options) {
  const TraceFile file = open_trace(options.path);
  Counts counts(file.dataflows().size());
  std::uint64_t others = 0, clock = 0;
  file.for_each(1, file.events(), [&](std::uint64_t, const TraceEvent* event) {
    if (event == nullptr) return ++others, true;
    ++counts[event->dataflow]
            [std::string(trace_kinds()[static_cast<std::size_t>(event->kind)].name)];
    clock = event->clock;
    return true;
  });
  const TracedRun& run = file.run();
  if (options.json) {
    Json dataflows = Json::array();
    for (std::size_t d = 0; d != counts.size(); ++d) {
      const TracedDataflow& dataflow = file.dataflows()[d];
      dataflows.push_back({{"name", dataflow.graph.name},
                           {"timestamps", dataflow.time_type},
                           {"ledgers", dataflow.ledgers},
                           {"steps", dataflow.graph.nodes.size()},
                           {"operators", dataflow.operators.size()},
                           {"events", counts[d]}});
    }
    Json json{{"program", run.program},
              {"workers", run.workers},
              {"processes", run.processes},
              {"executor", run.executor},
              {"seed", run.seed},
              {"policy", run.policy},
              {"clock", run.has_virtual_time ? "virtual" : "wall"},
              {"events", file.events()},
              {"bytes", file.bytes()},
              {"ns", clock},
              {"outcome", file.outcome() ? Json(*file.outcome()) : Json()},
              {"damage", file.damage()},
              {"dataflows", std::move(dataflows)}};
    if (!run.scheduler.empty()) json["scheduler"] = run.scheduler;
    json["batch_records"] = run.batch_records;
    json["steps_per_turn"] = run.steps_per_turn;
    json["open_steps"] = run.open_steps;
    if (!run.began.empty()) json["began"] = run.began;
    if (run.from != 0) json["from_ns"] = run.from;
    if (!run.only.empty()) json["only"] = run.only;
    for (const NamedEvents& kind : file.named_events()) json["told"].push_back(kind.name);
    return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  std::string text = fmt::format(
      "{}{} workers in {} processes, {} executor, seed {}, policy {}\n{} events in {} bytes, {} "
      "by "
      "the "
      "{} clock{}\n{}\n",
      run.program.empty() ? "" : run.program + ": ", run.workers, run.processes, run.executor,
      run.seed,
      run.policy + (run.scheduler.empty() ? "" : ", scheduler " + run.scheduler) + tuning_text(run),
      file.events(), file.bytes(), duration_text(clock), run.has_virtual_time ? "virtual" : "wall",
      run.began.empty() ? "" : ", from " + run.began,
      file.outcome() ? "outcome: " + *file.outcome() : "it does not say how the run ended");
  for (std::size_t d = 0; d != counts.size(); ++d) {
    const TracedDataflow& dataflow = file.dataflows()[d];
    text += fmt::format("dataflow {} '{}': {} steps, {} operators, {} ledgers, timestamps {}\n", d,
                        dataflow.graph.name, dataflow.graph.nodes.size(), dataflow.operators.size(),
                        dataflow.ledgers, dataflow.time_type);
    for (const auto& [kind, count] : counts[d])
      text += fmt::format("  {:<9} {:>10}\n", kind, count);
  }
  if (run.from != 0)
    text += "left out: what was before " + duration_text(run.from) + ", but for the counts\n";
  if (!run.only.empty())
    text += fmt::format("left out: what only other steps than {} did\n", fmt::join(run.only, ", "));
  for (const NamedEvents& kind : file.named_events()) {
    text += "steps tell '" + kind.name + "':";
    for (const NamedEvents::Column& column : kind.columns) text += " " + column.name;
    text += "\n";
  }
  if (others != 0) text += fmt::format("{} events of kinds that are not known here\n", others);
  print(text);
}

void cut(const CutOptions& options) {
  const TraceFile file = open_trace(options.path);
  const auto from = FileClaim::of_user(&options, "TRACE", options.path);
  const auto to = FileClaim::of_user(&options, "OUT", options.out);
  const std::uint64_t last = std::min(options.to.value_or(file.events()), file.events());
  if (options.from > last)
    throw DataflowError(
        fmt::format("the trace has no event from {} to {}: it has those from {} to {}",
                    options.from, options.to.value_or(file.events()), file.first(), file.events()));
  write_file(options.out, cut_of(file, options.from, last));
  print(fmt::format("events {} to {} of {} in {}\n", std::max(options.from, file.first()), last,
                    file.events(), options.out));
}

using Events = std::vector<std::optional<TraceEvent>>;

Events events_of(const TraceFile& file, std::uint64_t from, std::uint64_t to, bool clocks) {
  Events events;
  file.for_each(from, to, [&](std::uint64_t, const TraceEvent* event) {
    events.push_back(event != nullptr ? std::optional(*event) : std::nullopt);
    if (event != nullptr && !clocks) events.back()->clock = 0;
    return true;
  });
  return events;
}

std::string text_of(const TraceFile& file, std::uint64_t number, const Events& events,
                    std::size_t i) {
  if (i >= events.size()) return "nothing: it has ended";
  if (!events[i]) return "an event of a kind that is not known";
  return to_json(file, number, *events[i]).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Where two traces part. Their clocks count only if that is asked for.
void diff(const DiffOptions& options) {
  const TraceFile a = open_trace(options.a), b = open_trace(options.b);
  const auto flows_of = [](const TraceFile& file) {
    std::string text;
    for (const TracedDataflow& dataflow : file.dataflows()) text += to_json(dataflow) + "\n";
    return text;
  };
  if (flows_of(a) != flows_of(b))
    return print("they are of different dataflows (tidemark trace export --to dot shows them)\n");
  constexpr std::uint64_t at_a_time = 1u << 14;
  const std::uint64_t first = std::max(a.first(), b.first());
  for (std::uint64_t from = first; from <= std::max(a.events(), b.events()); from += at_a_time) {
    const Events of_a = events_of(a, from, from + at_a_time - 1, options.clocks);
    const Events of_b = events_of(b, from, from + at_a_time - 1, options.clocks);
    const auto i = static_cast<std::size_t>(std::ranges::mismatch(of_a, of_b).in1 - of_a.begin());
    if (i == of_a.size() && i == of_b.size()) continue;
    return print(fmt::format(
        "they are the same for {} events, then differ in event {}:\n  {}: {}\n  {}: {}\n",
        from + i - first, from + i, options.a, text_of(a, from + i, of_a, i), options.b,
        text_of(b, from + i, of_b, i)));
  }
  print(fmt::format("they are the same: {} events\n", a.events() + 1 - first));
}

}  // namespace

void add_trace_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("trace", "Look into a trace, or export it");
  command->require_subcommand(1);

  auto info_options = std::make_shared<InfoOptions>();
  CLI::App* const info_command = command->add_subcommand("info", "Print what is in a trace");
  info_command->add_option("TRACE", info_options->path, "A trace")->required();
  info_command->add_flag("--json", info_options->json, "Print JSON");
  info_command->callback([info_options] { info(*info_options); });

  auto export_options = std::make_shared<ExportOptions>();
  CLI::App* const export_command =
      command->add_subcommand("export", "Print a trace as other programs read it");
  export_command->add_option("TRACE", export_options->path, "A trace")->required();
  std::vector<std::string> formats;
  for (const auto& [name, exporter] : exports()) formats.push_back(name);
  export_command->add_option("--to", export_options->format, "The format")
      ->check(CLI::IsMember(formats))
      ->option_text(fmt::format("{}", fmt::join(formats, "|")))
      ->capture_default_str();
  export_command->callback([export_options] {
    const TraceFile file = open_trace(export_options->path);
    exports().at(export_options->format)(file, [](std::string_view text) { print(text); });
  });

  auto cut_options = std::make_shared<CutOptions>();
  CLI::App* const cut_command =
      command->add_subcommand("cut", "Write a part of a trace, which can be asked like the whole");
  cut_command->add_option("TRACE", cut_options->path, "A trace")->required();
  cut_command->add_option("OUT", cut_options->out, "The file for the part")->required();
  cut_command->add_option("--from", cut_options->from, "Its first event")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  cut_command->add_option("--to", cut_options->to, "Its last event. Default: the last");
  cut_command->callback([cut_options] { cut(*cut_options); });

  auto diff_options = std::make_shared<DiffOptions>();
  CLI::App* const diff_command =
      command->add_subcommand("diff", "Say in which event two traces begin to differ");
  diff_command->add_option("A", diff_options->a, "A trace")->required();
  diff_command->add_option("B", diff_options->b, "Another one")->required();
  diff_command->add_flag("--clocks", diff_options->clocks, "Clocks count, too");
  diff_command->callback([diff_options] { diff(*diff_options); });
}

}  // namespace tidemark
