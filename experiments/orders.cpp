// SPDX-License-Identifier: MIT
//
// What has each customer ordered? Rows that cannot be read are kept, and every way to end is told.
// operators/DATA.md quotes it.
#include <tidemark/core/read_item.hpp>
#include <tidemark/experiments/program.hpp>
#include <tidemark/operators/ends/input_with_bad.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/sinks/csv_output.hpp>
#include <tidemark/operators/sinks/json_lines_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <functional>
#include <string>
#include <utility>

using namespace tidemark;

// DATA begin
std::pair<std::string, double> amount_of(const CsvRow& row) {
  return {field_of(row, "customer"), read_item<double>(field_of(row, "amount"))};
}

int main(int argc, char** argv) {
  std::string orders, sums, bad_rows;
  Program program("orders", "What has each customer ordered?");
  program.option("ORDERS", orders, "A CSV file with the columns customer and amount");
  program.option("SUMS", sums, "The CSV file that gets the amount of each customer");
  program.option("BAD", bad_rows, "The JSON lines that get the rows which are none");
  return program.run(argc, argv, [&](Dataflow& flow) {
    auto [rows, bad] = input_with_bad(flow, "orders", CSVInput(orders), {.at_most = 100});
    rows | map("amounts", amount_of) | reduce_final("sums", std::plus<double>()) |
        output("out", CSVOutput(sums));
    bad | output("bad", JSONLinesOutput(bad_rows));
  });
}
// DATA end
