// SPDX-License-Identifier: MIT
#include "manifest.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;

/// The words by which the program was called; none where the system does not tell.
Json command_line() {
  std::ifstream file("/proc/self/cmdline");
  Json words = Json::array();
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

/// A number where the option takes numbers, or else the text.
Json value_of(const std::string& text, bool is_number) {
  if (is_number)
    if (Json number = Json::parse(text, nullptr, false); !number.is_discarded()) return number;
  return text;
}

/// What an option came to: given, or else what its variable was all the time.
Json value_of(CLI::Option& option) {
  const bool is_given = option.count() != 0;
  if (!is_given) option.capture_default_str();
  const std::string standard = option.get_default_str();
  if (option.get_items_expected_max() == 0)
    return is_given ? option.as<bool>() : standard == "true";
  const std::string type = option.get_type_name();
  const bool is_number =
      type.starts_with("UINT") || type.starts_with("INT") || type.starts_with("FLOAT");
  if (option.get_items_expected_max() == 1) {
    if (is_given) return value_of(option.results().back(), is_number);
    return standard.empty() ? Json(nullptr) : value_of(standard, is_number);
  }
  Json list = Json::array();
  for (const std::string& text : option.results()) list.push_back(value_of(text, is_number));
  return is_given ? list : value_of(standard, true);  // as [2,16,128]
}

Json options_of(CLI::App& command) {
  Json options = Json::object();
  for (CLI::Option* option : command.get_options())
    if (option != command.get_help_ptr()) options[option->get_single_name()] = value_of(*option);
  return options;
}

Json known(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

template <typename Number>
Json known(Number number) {
  return number == 0 ? Json(nullptr) : Json(number);
}

Json as_json(const Machine& machine) {
  return {{"processor", known(machine.processor)},
          {"cores", known(machine.cores)},
          {"all_cores", known(machine.all_cores)},
          {"memory_bytes", known(machine.memory_bytes)},
          {"kernel", known(machine.kernel)}};
}

Json as_json(const Build& build) {
  return {{"version", build.version},    {"commit", known(build.commit)}, {"clean", build.clean},
          {"compiler", build.compiler},  {"type", known(build.type)},     {"flags", build.flags},
          {"optimised", build.optimised}};
}

}  // namespace

Manifest::Manifest(CLI::App& command)
    : command_(&command),
      began_(std::chrono::system_clock::now()) {}

void Manifest::add_seed(const std::string& of, std::uint64_t seed) {
  seeds_[of] = seed;
}

const std::vector<std::string>& Manifest::finish() {
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (!build_.optimised) warnings_.emplace_back("not an optimised build; its times say little");
  if (!build_.clean)
    warnings_.emplace_back(
        "not built from a commit as it is; nobody else can build the same program");
  if (const double taken = neighbours_.cores_taken(); taken > 0.05)
    warnings_.push_back(
        fmt::format("other processes kept {:.2f} cores busy meanwhile; do not trust what real time "
                    "says of 2 and more workers",
                    taken));
  return warnings_;
}

std::string Manifest::document(Json figures) const {
  const Json document{{"schema", "tidemark-figures"},
                      {"schema_version", schema_version},
                      {"manifest",
                       {{"command", command_->get_name()},
                        {"command_line", command_line()},
                        {"options", options_of(*command_)},
                        {"seeds", seeds_},
                        {"began", to_iso8601(std::chrono::floor<std::chrono::seconds>(began_))},
                        {"seconds", seconds_},
                        {"machine", as_json(this_machine())},
                        {"build", as_json(build_)},
                        {"warnings", warnings_}}},
                      {"figures", std::move(figures)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark
