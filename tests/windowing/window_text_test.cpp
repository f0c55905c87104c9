// SPDX-License-Identifier: MIT
//
// Results of windows as text: all of their numbers' digits, and each part by its name.
#include <tidemark/core/print_item.hpp>
#include <tidemark/operators/sinks/csv_output.hpp>
#include <tidemark/operators/sinks/json_text.hpp>
#include <tidemark/windowing/window.hpp>

#include <Eigen/Core>
#include <tests/support.hpp>

#include <chrono>

namespace tidemark::window_text_test {
namespace {

using namespace std::chrono_literals;

const EventTime begin = EventTime() + std::chrono::days(18993);  // 2022-01-01
const WindowResult<double> result{{3, begin, begin + 1h, {5, 4}, true}, 1234567.89};

TEST_CASE("a result with its window is printed with all digits, and is JSON by the names of parts",
          "[window]") {
  std::ostringstream text;
  print_item(text, result);
  CHECK(text.str() ==
        "window 3 [2022-01-01T00:00:00Z, 2022-01-01T01:00:00Z] merged with 5, 4: 1234567.89");
  std::string json;
  write_json(json, std::pair("key", result));
  CHECK(json ==
        R"(["key",{"window":{"id":3,"open":"2022-01-01T00:00:00Z","close":"2022-01-01T01:00:00Z",)"
        R"("merged":[5,4],"has_close":true,"revision":0},"result":1234567.89}])");
  CHECK(CsvWritable<WindowInfo>);
  CHECK(CsvWritable<std::pair<std::string, WindowResult<double>>>);
}

TEST_CASE("a matrix is printed in one line, with all digits of its numbers", "[window]") {
  const Eigen::VectorXd vector{{1234567.89, 0.1}};
  const Eigen::Matrix2f matrix{{1, 2}, {3, 4}};
  std::ostringstream text;
  print_item(text, std::tuple(vector, matrix, Eigen::MatrixXd()));
  CHECK(text.str() == "([1234567.89, 0.1], [[1, 2], [3, 4]], [])");
}

}  // namespace
}  // namespace tidemark::window_text_test
