// SPDX-License-Identifier: MIT
//
// One header for all modules, which brings in none of the libraries that only some programs need.
#include <tidemark/tidemark.hpp>
#if defined(EIGEN_WORLD_VERSION)
#error "<tidemark/tidemark.hpp> brings in Eigen"
#elif defined(NLOHMANN_JSON_VERSION_MAJOR) || defined(INCLUDE_NLOHMANN_JSON_HPP_)
#error "<tidemark/tidemark.hpp> brings in nlohmann-json"
#elif defined(RD_KAFKA_VERSION)
#error "<tidemark/tidemark.hpp> brings in librdkafka"
#endif

#include <tests/support.hpp>

namespace tidemark::tidemark_test {
namespace {

TEST_CASE("one header has the steps, the windows and the pictures", "[umbrella]") {
  static_assert(EventTimestamp<Instant>);
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  Dataflow flow;
  input(flow, "words", TestingInput<std::string>({"sea", "tide", "sea"})) | count("count") |
      output("out", TestingOutput(counts));
  CHECK_THAT(to_mermaid(flow.describe()), Catch::Contains("count"));
  cluster_main(flow, {.workers = 2, .executor = ExecutorKind::deterministic});
  std::ranges::sort(counts);
  CHECK(counts == std::vector<std::pair<std::string, std::uint64_t>>{{"sea", 2}, {"tide", 1}});
}

}  // namespace
}  // namespace tidemark::tidemark_test
