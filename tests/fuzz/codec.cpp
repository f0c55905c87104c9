// SPDX-License-Identifier: MIT
//
// Any bytes as a saved state, whose type the first byte chooses: a value that is written and read
// again as it is, or BadBytes.
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/ends/input_shard.hpp>
#include <tidemark/windowing/aggregates/eigen_codec.hpp>

#include <Eigen/Core>
#include <tests/fuzz/require.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace tidemark;
using fuzz::require;

/// A value of no bytes.
struct Nothing {
  std::string unsaved;
  static auto fields(auto&) { return std::tie(); }
};

struct Account {
  std::string owner;
  std::optional<bool> open;
  std::vector<std::pair<std::uint8_t, std::string>> entries;
  static auto fields(auto& self) { return std::tie(self.owner, self.open, self.entries); }
};

template <typename Value>
void read_as(std::string_view bytes) {
  std::optional<Value> value;
  try {
    value.emplace(from_bytes<Value>(bytes));
  } catch (const BadBytes&) {
    return;
  }
  const std::string written = to_bytes(*value);
  require(written.size() == bytes.size(), "a value is written in as many bytes");
  require(to_bytes(from_bytes<Value>(written)) == written, "a value is read as it was written");
}

constexpr std::array readers{
    read_as<std::string>,
    read_as<bool>,
    read_as<double>,
    read_as<std::vector<bool>>,
    read_as<std::vector<std::uint8_t>>,
    read_as<std::vector<std::vector<std::string>>>,
    read_as<std::vector<Nothing>>,
    read_as<std::vector<std::vector<std::vector<Nothing>>>>,
    read_as<std::optional<std::optional<std::string>>>,
    read_as<std::variant<int, std::string, std::optional<std::vector<std::string>>>>,
    read_as<std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>>>,
    read_as<std::map<std::uint8_t, std::map<std::uint8_t, bool>>>,
    read_as<std::tuple<std::string, std::variant<bool, Nothing>, std::pair<double, std::string>>>,
    read_as<Account>,
    read_as<std::vector<Account>>,
    read_as<detail::KeptPositions::Kept>,
    read_as<Eigen::MatrixXd>,
    read_as<std::pair<Eigen::VectorXf, Eigen::Matrix<double, 2, Eigen::Dynamic>>>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  readers[data[0] % readers.size()](bytes.substr(1));
  return 0;
}
