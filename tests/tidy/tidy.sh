#!/bin/sh
# Checks the rules of the house in the sources below a folder: sh tidy.sh <folder>
#
# Prints each violation as `path:line: error: message` and fails if there is one. Looks at *.hpp and
# *.cpp in the folders of the architecture, at the tables of READMEs that say which part of a module
# may include which, and at the tests that a COMPATIBILITY.md and edges.md name.
set -u
export LC_ALL=C
rules=$(cd "$(dirname "$0")" && pwd) || exit 2
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

# What can be told of a line by itself.
check_lines() {
  # shellcheck disable=SC2086
  awk '
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
    # clang 16 would set a byte of what lies in its place.
    /\[\[no_unique_address\]\].*(=|{.*});/ {
      error("a member that is empty, and shares its place, has no initialiser")
    }
    columns($0) > 100 { error("the line has " columns($0) " columns, more than 100") }

    /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
      included = $0
      sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", included)
      sub(/[>"].*/, "", included)
      if (gsub(/\.\.\//, "../", included) >= split(FILENAME, folders, "/") - 1 && included ~ /\.\.\//)
        error("../ leads out of this module; include by <tidemark/...>")
      if (FILENAME ~ /^viz\// && included ~ /^tidemark\/core\// &&
          included !~ /^tidemark\/core\/(explanation|flow_graph|last_act|progress_snapshot|system_reason|trace|utf8)\.hpp$/)
        error("viz sees explanation, flow_graph, last_act, progress_snapshot, system_reason, trace and utf8 of core, no more")
      if (included ~ /^tidemark\/core\/.*\// &&
          (FILENAME !~ /^(tests\/)?core\// || FILENAME == "core/core.hpp"))
        error("the rooms of core are for core and its tests; include a header of core/ itself")
      only_in("^(graphviz/|cgraph\\.h|gvc\\.h|cdt\\.h|gvplugin)", "^(tests/)?viz/.*\\.cpp$",
              "Graphviz is included by sources of viz and of its tests only")
      only_in("^(tbb|oneapi)/", "^(core/execution/tbb_executor|experiments/bench/flow_graph)\\.cpp$",
              "oneTBB is included by tbb_executor.cpp and the benchmarks of its flow graph only")
      only_in("^cctz/", "^windowing/(iso8601|time_zone)\\.cpp$",
              "cctz is included by windowing/time_zone.cpp and iso8601.cpp only")
      only_in("^boost/(graph|property_map)/", "^(progress/graph_shape|tests/examples/graph_test)\\.cpp$",
              "Boost.Graph is included by progress/graph_shape.cpp and the tests of examples only")
    }
  ' $sources
}

# Which part of a module includes which, and that no part is missing from a module's umbrella header.
check_parts() {
  for module in core operators; do
    if [ ! -f $module/README.md ]; then continue; fi
    # shellcheck disable=SC2046
    awk -v module=$module -f "$rules/rooms.awk" $module/README.md $(sources_of $module)
  done
  for module in progress core operators windowing viz; do
    if [ ! -f $module/$module.hpp ]; then continue; fi
    # shellcheck disable=SC2046
    awk -f "$rules/umbrella.awk" $module/$module.hpp $(sources_of $module | grep 'hpp$')
  done
}
sources_of() { printf '%s\n' "$sources" | grep "^$1/"; }

# Each row of a COMPATIBILITY.md, and of edges.md, names, in its last cell, tests that exist: *the sentence of a test
# case*, or of the case of a shell test, or `a_program.cpp` that must not compile; or it says after a dash why
# there is none.
check_tests_named() {
  # shellcheck disable=SC2086
  tables=$(find -H $folders -name COMPATIBILITY.md -o -name edges.md | sort)
  if [ -z "$tables" ]; then return; fi
  known=$(mktemp) || exit 2
  trap 'rm -f "$known"' EXIT
  # shellcheck disable=SC2086
  cat $sources | tr '\n' ' ' | grep -o 'TEST_CASE( *"[^"]*"' | sed 's/^[^"]*"//; s/"$//' >"$known"
  ls tests/must_not_compile >>"$known" 2>/dev/null
  cat tests/*/*_test.sh 2>/dev/null | sed -n 's/^case_\([a-z0-9_]*\)() {.*/\1/p' | tr _ ' ' >>"$known"
  # shellcheck disable=SC2086
  awk -F ' *[|] *' -v names="$known" '
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
  ' $tables
}

errors=$(check_lines; check_parts; check_tests_named)
if [ -n "$errors" ]; then
  printf '%s\n' "$errors"
  exit 1
fi
printf 'tidy: %s files\n' "$(printf '%s\n' "$sources" | wc -l)"
