#!/bin/sh
# Checks the rules of the house in the sources below a folder: sh tidy.sh <folder>
#
# Prints each violation as `path:line: error: message` and fails if there is one. Looks at *.hpp and
# *.cpp in the folders of the architecture, and at the tests that a COMPATIBILITY.md names.
set -u
export LC_ALL=C
cd "$1" || exit 2

folders=
for folder in progress core operators windowing viz experiments tests; do
  if [ -d "$folder" ]; then folders="$folders $folder"; fi
done

# shellcheck disable=SC2086  # the folders are words
sources=$(find -H $folders -type f \( -name '*.hpp' -o -name '*.cpp' \) | sort)
if [ -z "$sources" ]; then
  echo "$1:1: error: there is no source to look at"
  exit 1
fi

# shellcheck disable=SC2086
errors=$(awk '
  function error(message) { print FILENAME ":" FNR ": error: " message }
  function columns(line) { gsub(/[\200-\277]/, "", line); return length(line) }  # of UTF-8
  # Whether the current file may include what matches `header`: only the files that match `where`.
  function only_in(header, where, message) {
    if (included ~ header && FILENAME !~ where) error(message)
  }

  FNR == 1 {
    if ($0 != "// SPDX-License-Identifier: MIT") error("the first line is not the licence")
    name = FILENAME
    sub(/.*\//, "", name)
    if (name ~ /util|helper|common/) error("name a file after what it holds, not " name)
  }
  columns($0) > 100 { error("the line has " columns($0) " columns, more than 100") }

  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    included = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", included)
    sub(/[>"].*/, "", included)
    if (gsub(/\.\.\//, "../", included) >= split(FILENAME, folders, "/") - 1 && included ~ /\.\.\//)
      error("../ leads out of this module; include by <tidemark/...>")
    if (FILENAME ~ /^viz\// && included ~ /^tidemark\/core\// &&
        included !~ /^tidemark\/core\/(explanation|flow_graph|progress_snapshot|trace)\.hpp$/)
      error("viz sees explanation, flow_graph, progress_snapshot and trace of core, no more")
    only_in("^(graphviz/|cgraph\\.h|gvc\\.h|cdt\\.h|gvplugin)", "^(tests/)?viz/.*\\.cpp$",
            "Graphviz is included by sources of viz and of its tests only")
    only_in("^(tbb|oneapi)/", "^(core/tbb_executor|experiments/bench/flow_graph)\\.cpp$",
            "oneTBB is included by core/execution/tbb_executor.cpp and the benchmarks of its flow graph only")
    only_in("^boost/(graph|property_map)/", "^(progress/graph_shape|tests/examples/graph_test)\\.cpp$",
            "Boost.Graph is included by progress/graph_shape.cpp and the tests of examples only")
  }
' $sources)

# Each row of a COMPATIBILITY.md names, in its last cell, tests that exist: *the sentence of a test
# case*, or `a_program.cpp` that must not compile; or it says after a dash why there is none.
# shellcheck disable=SC2086
tables=$(find -H $folders -name COMPATIBILITY.md | sort)
if [ -n "$tables" ]; then
  known=$(mktemp) || exit 2
  trap 'rm -f "$known"' EXIT
  # shellcheck disable=SC2086
  cat $sources | tr '\n' ' ' | grep -o 'TEST_CASE( *"[^"]*"' | sed 's/^[^"]*"//; s/"$//' >"$known"
  ls tests/must_not_compile >>"$known" 2>/dev/null
  # shellcheck disable=SC2086
  missing=$(awk -F ' *[|] *' -v names="$known" '
    function error(message) { print FILENAME ":" FNR ": error: " message }
    BEGIN { while ((getline name <names) > 0) known[name] = 1 }
    FNR == 1 { in_table = 0 }
    !/^[|]/ { in_table = 0; next }
    !in_table || /^[|]-/ { in_table = 1; next }  # the heading, and the line below it
    {
      cell = $(NF - 1)
      if (cell !~ /^—/ && cell !~ /[*`]/)
        error("the row names no test, and no reason why after a dash")
      while (match(cell, /[*][^*]+[*]|`[^`]+[.]cpp`/)) {
        name = substr(cell, RSTART + 1, RLENGTH - 2)
        if (!(name in known)) error("there is no test \"" name "\"")
        cell = substr(cell, RSTART + RLENGTH)
      }
    }
  ' $tables)
  if [ -n "$missing" ]; then errors=${errors:+$errors
}$missing; fi
fi

if [ -n "$errors" ]; then
  printf '%s\n' "$errors"
  exit 1
fi
printf 'tidy: %s files\n' "$(printf '%s\n' "$sources" | wc -l)"
