// SPDX-License-Identifier: MIT
#include <tidemark/core/utf8.hpp>
#include <tidemark/operators/sources/bad_record.hpp>

#include <string_view>

namespace tidemark {

BadRecord BadRecord::readable() const {
  std::string_view shown = text;
  if (shown.ends_with('\r')) shown.remove_suffix(1);
  return {readable_utf8(file), line, column, readable_utf8(reason),
          readable_utf8(cut_utf8(shown, longest_text))};
}

}  // namespace tidemark
