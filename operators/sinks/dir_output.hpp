// SPDX-License-Identifier: MIT
//
// DirOutput: writes the values of a keyed stream to some files, each key to one of them.
#pragma once

#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/sinks/line_part.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// "part_3" for 3.
std::string part_name(std::uint32_t number);

namespace detail {
void require_directory_for(const std::string& directory, std::uint32_t files);
}

/// Writes the value of each (key, value), one a line, to file number `assign(key)`, modulo their
/// count, in a directory, epoch by epoch; workers share the files. A file that gets no value is not
/// made, and what a killed run has left of it is removed. Otherwise like FileOutput. Throws
/// FileError unless `directory` is a directory, and ConfigError if there are to be no files, or
/// more than a million.
///
///     orders | key_on(customer) | output("out", DirOutput("orders", 16))
template <typename Assign = KeyHash>
class DirOutput {
 public:
  /// `name(i)` is the name of file number i in the directory, which must be there; `end` stands
  /// behind each value.
  DirOutput(std::string directory, std::uint32_t count, Assign assign = {},
            const std::function<std::string(std::uint32_t)>& name = &part_name,
            std::string end = "\n")
      : directory_(std::move(directory)),
        assign_(std::move(assign)),
        end_(std::move(end)) {
    detail::require_directory_for(directory_, count);
    for (std::uint32_t p = 0; p != count; ++p) names_.push_back(name(p));
  }

  ///@{
  /// As PartitionedSinkOf says (sink.hpp); parts are called as their files.
  std::vector<std::string> parts() const { return names_; }
  std::string file_of(const std::string& part) const { return directory_ + "/" + part; }
  template <KeyedItem Item>
    requires std::is_invocable_r_v<std::uint64_t, const Assign&, const typename Item::first_type&>
  std::uint64_t part_of(const Item& item) const {
    return std::invoke(assign_, item.first);
  }
  template <Printable Item>
  std::unique_ptr<SinkPart<Item>> open_part(const std::string& part,
                                            const SinkContext& context) const {
    return std::make_unique<detail::LinePart<Item>>(file_of(part), end_, context);
  }
  ///@}

 private:
  std::string directory_;
  Assign assign_;
  std::string end_;
  std::vector<std::string> names_;
};

}  // namespace tidemark
