// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/windowing/time_zone.hpp>

#include <cctz/time_zone.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

/// Where cctz looks, too.
std::string zone_folder() {
  const char* given = std::getenv("TZDIR");
  return given != nullptr && *given != '\0' ? given : "/usr/share/zoneinfo";
}

std::vector<std::string> zone_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;  // what cannot be read is not named
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::filesystem::path name = at->path().lexically_relative(folder);
    if (name == "posix" || name == "right") {  // the same zones once more
      at.disable_recursion_pending();
      continue;
    }
    char magic[4] = {};
    if (at->is_regular_file(error) && std::ifstream(at->path()).read(magic, sizeof magic) &&
        std::string_view(magic, sizeof magic) == "TZif")
      names.push_back(name.string());
  }
  std::ranges::sort(names);
  return names;
}

/// The place of a zone, in lower case: "berlin" of "Europe/Berlin".
std::string place(std::string_view name) {
  std::string place(name.substr(name.rfind('/') + 1));
  for (char& c : place)
    c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return place;
}

/// How many letters to insert, to leave out or to replace (Levenshtein, 1965).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i != a.size(); ++i) {
    std::size_t before = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j != b.size(); ++j) {
      const std::size_t replaced = before + (a[i] == b[j] ? 0 : 1);
      before = row[j + 1];
      row[j + 1] = std::min({replaced, before + 1, row[j] + 1});
    }
  }
  return row.back();
}

[[noreturn]] void throw_unknown(const std::string& name) {
  const std::string folder = zone_folder();
  const std::vector<std::string> names = zone_names(folder);
  if (names.empty())
    throw ConfigError("there is no time zone '" + name + "', nor any but UTC: there are none in " +
                      folder + "; install the package tzdata, or set TZDIR to the folder of it");
  std::string text = "there is no time zone '" + name + "' in " + folder;
  std::size_t listed = 0;
  for (std::size_t most = 0; most <= 2 && listed == 0; ++most)  // the nearest, if they are near
    for (const std::string& known : names)
      if (distance(place(name), place(known)) == most && ++listed <= 3)
        text += (listed == 1 ? "; did you mean " : " or ") + known;
  throw ConfigError(text + (listed != 0 ? "?" : "; its name is to be like Europe/Berlin or UTC"));
}

std::shared_ptr<const cctz::time_zone> load(const std::string& name) {
  cctz::time_zone zone;
  if (name.empty() || !cctz::load_time_zone(name, &zone)) throw_unknown(name);
  return std::make_shared<const cctz::time_zone>(zone);
}

}  // namespace

TimeZone::TimeZone(Given, std::string_view name) : zone_(load(std::string(name))) {}

const TimeZone& TimeZone::utc() {
  static const TimeZone zone("UTC");
  return zone;
}

std::chrono::local_seconds TimeZone::local(std::chrono::sys_seconds time) const {
  return std::chrono::local_seconds(
      std::chrono::seconds(zone_->lookup(time).cs - cctz::civil_second()));
}

std::chrono::sys_seconds TimeZone::first_at(std::chrono::local_seconds local) const {
  return cctz::convert(cctz::civil_second() + local.time_since_epoch().count(), *zone_);
}

}  // namespace tidemark
