// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/csv.hpp>

namespace tidemark {

void require_format(const CsvFormat& format) {
  const auto is_break = [](char c) { return c == '\r' || c == '\n'; };
  if (format.delimiter == format.quote || is_break(format.delimiter) || is_break(format.quote))
    throw ConfigError(
        "CSV wants a delimiter and a quote that differ from each other and from line breaks, such "
        "as ',' and '\"'");
}

}  // namespace tidemark
