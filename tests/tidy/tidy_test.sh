#!/bin/sh
# Puts each violation into a small tree of its own and expects tidy.sh to find it:
# sh tidy_test.sh <tidy.sh>
set -u
tidy=$1
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
failures=0
licence='// SPDX-License-Identifier: MIT'

# put <path> <line>...
put() {
  path=$1
  shift
  mkdir -p "$tree/$(dirname "$path")"
  printf '%s\n' "$@" >"$tree/$path"
}

# expect <text of the output, or nothing if all is well> <path> <line>...
expect() {
  expected=$1
  shift
  rm -rf "${tree:?}"/*
  put "$@"
  look "$expected" "$1"
}

# expect_row <text of the output, or nothing> <last cell of a row that names tests>
expect_row() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/tests/must_not_compile" "$tree/operators"
  printf '%s\n' "$licence" 'TEST_CASE(' '    "it does as it says, or fails", "[a]") {' \
    >"$tree/tests/a.cpp"
  printf '%s\n' "$licence" >"$tree/tests/must_not_compile/b.cpp"
  printf '%s\n' '| *it* | test |' '|---|---|' "| *it* | $2 |" >"$tree/operators/COMPATIBILITY.md"
  look "$1" operators/COMPATIBILITY.md
}

# put_parts: a core of two groups of headers and a room, of which the last row may include the others.
put_parts() {
  rm -rf "${tree:?}"/*
  # shellcheck disable=SC2016  # the quotes are Markdown's
  put core/README.md '| word | meaning |' '|---|---|' '| *part* | a room, or some headers |' '' \
    '| part | files | may include |' '|---|---|---|' '| plain words | `error.hpp` | |' \
    '| `memory/` | `no.hpp` of importance | |' '| runs | `run.hpp`, `scope.hpp` | plain words, `memory/` |'
  for file in error.hpp memory/pool.hpp run.hpp scope.hpp; do put core/$file "$licence"; done
}

# expect_include <text of the output, or nothing> <path> <what it includes>: in the core of put_parts.
expect_include() {
  put_parts
  put "$2" "$licence" "#include $3"
  look "$1" "$2 includes $3"
}

# expect_part <text of the output, or nothing> <row>: at the end of the table of put_parts.
expect_part() {
  put_parts
  printf '%s\n' "$2" >>"$tree/core/README.md"
  look "$1" "core/README.md with $2"
}

# expect_header <text of the output, or nothing> <path> <line>...: beside the umbrella header of viz.
expect_header() {
  expected=$1
  shift
  rm -rf "${tree:?}"/*
  put viz/viz.hpp "$licence" '// Takes a library: <tidemark/viz/a.hpp>, <tidemark/viz/b.hpp>' \
    '#include <tidemark/viz/c.hpp>'
  put "$@"
  look "$expected" "$1"
}

# look <text of the output, or nothing> <path>
look() {
  expected=$1
  path=$2
  output=$(sh "$tidy" "$tree")
  status=$?
  if [ -z "$expected" ]; then
    if [ $status -eq 0 ]; then return; fi
  elif [ $status -ne 0 ]; then
    case $output in *"$expected"*) return ;; esac
  fi
  failures=$((failures + 1))
  echo "tidy_test: $path: expected '${expected:-no error}', got: $output"
}

letters=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa          # 49
arrows='// →→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→→'  # 59 columns, 171 bytes

expect '' core/a.hpp "$licence" "$letters$letters" "$arrows" '#include <tidemark/core/b.hpp>'
expect 'core/a.hpp:1: error: the first line' core/a.hpp '#pragma once'
expect 'core/a.cpp:1: error: the first line' core/a.cpp '' "$licence"
expect 'core/a.hpp:2: error: the line has 101' core/a.hpp "$licence" "${letters}${letters}aaa"
expect 'core/a.hpp:3: error: ../ leads out' core/a.hpp "$licence" '' '#include "../viz/dot.hpp"'
expect 'error: ../ leads out' core/a.hpp "$licence" ' #  include "x/../../viz/dot.hpp"'
expect '' experiments/bench/a.cpp "$licence" '#include "../commands.hpp"'
expect 'error: ../ leads out' experiments/bench/a.cpp "$licence" '#include "../../viz/dot.hpp"'
expect 'error: name a file' operators/string_utils.hpp "$licence"
expect 'error: name a file' viz/helpers.cpp "$licence"
expect 'error: name a file' tests/core/common.hpp "$licence"

expect '' core/a.hpp "$licence" '  [[no_unique_address]] State state;'
expect 'core/a.hpp:2: error: a member that is' core/a.hpp "$licence" '  [[no_unique_address]] State state{};'
expect 'error: a member that is empty' core/a.hpp "$licence" '  [[no_unique_address]] State state = {};'

expect '' viz/a.cpp "$licence" '#include <tidemark/core/trace.hpp>'
expect '' viz/a.cpp "$licence" '#include <tidemark/core/explanation.hpp>'
expect '' viz/a.cpp "$licence" '#include <tidemark/core/flow_graph.hpp>'
expect '' viz/a.cpp "$licence" '#include <tidemark/core/progress_snapshot.hpp>'
expect 'viz/a.cpp:2: error: viz sees' viz/a.cpp "$licence" '#include <tidemark/core/worker.hpp>'
expect '' tests/viz/a.cpp "$licence" '#include <tidemark/core/worker.hpp>'

expect '' viz/a.cpp "$licence" '#include <graphviz/gvc.h>'
expect '' tests/viz/a.cpp "$licence" '#include <graphviz/cgraph.h>'
expect 'error: Graphviz' viz/a.hpp "$licence" '#include <graphviz/gvc.h>'
expect 'error: Graphviz' experiments/a.cpp "$licence" '#include <gvc.h>'
expect '' core/execution/tbb_executor.cpp "$licence" '#include <oneapi/tbb/task_arena.h>'
expect 'error: oneTBB' core/executor.hpp "$licence" '#include <tbb/task.h>'
expect 'error: oneTBB' tests/core/a.cpp "$licence" '#include <oneapi/tbb.h>'
expect '' windowing/time_zone.cpp "$licence" '#include <cctz/time_zone.h>'
expect 'error: cctz' windowing/time_zone.hpp "$licence" '#include <cctz/time_zone.h>'
expect '' progress/graph_shape.cpp "$licence" '#include <boost/graph/adjacency_list.hpp>'
expect '' progress/a.hpp "$licence" '#include <boost/container/small_vector.hpp>'
expect '' tests/examples/graph_test.cpp "$licence" '#include <boost/graph/page_rank.hpp>'
expect 'error: Boost.Graph' viz/a.cpp "$licence" '#include <boost/graph/graphviz.hpp>'

# shellcheck disable=SC2016  # the quotes are Markdown's
{
  expect_row '' '*it does as it says, or fails*; `b.cpp`'
  expect_row '' '— by type'
  expect_row 'operators/COMPATIBILITY.md:3: error: there is no test "it does"' '`b.cpp`; *it does*'
  expect_row 'COMPATIBILITY.md:3: error: there is no test "c.cpp"' '`c.cpp`'
  expect_row 'COMPATIBILITY.md:3: error: the row names no test' 'all'
  put tests/edges.md '| kind | test |' '|---|---|' '| a key | *it fails* |'
  look 'tests/edges.md:3: error: there is no test "it fails"' tests/edges.md
}

for outside in windowing experiments tests tests/operators; do
  expect "$outside/a.cpp:2: error: the rooms of core" $outside/a.cpp "$licence" \
    '#include <tidemark/core/ledger/a.hpp>'
done
expect '' tests/core/a.cpp "$licence" '#include <tidemark/core/ledger/a.hpp>'
expect 'core/core.hpp:2: error: the rooms of core' core/core.hpp "$licence" \
  '#include <tidemark/core/ledger/a.hpp>'

# shellcheck disable=SC2016  # the quotes are Markdown's
{
  expect_include '' core/run.hpp '<tidemark/core/error.hpp>'
  expect_include '' core/run.hpp '<tidemark/core/scope.hpp>'
  expect_include '' core/run.cpp '<tidemark/core/memory/pool.hpp>'
  expect_include '' core/memory/stack.cpp '<tidemark/core/memory/pool.hpp>'
  expect_include 'core/error.hpp:2: error: "plain words" may not include "memory/"' \
    core/error.hpp '<tidemark/core/memory/pool.hpp>'
  expect_include 'core/error.cpp:2: error: "plain words" may not include "runs"' \
    core/error.cpp '<tidemark/core/scope.hpp>'
  expect_include 'core/memory/deep/a.hpp:2: error: "memory/" may not include "plain words"' \
    core/memory/deep/a.hpp '<tidemark/core/error.hpp>'
  expect_include 'core/run.hpp:2: error: include by' core/run.hpp '"memory/pool.hpp"'
  expect_include 'core/run.hpp:2: error: core.hpp is for programs' \
    core/run.hpp '<tidemark/core/core.hpp>'
  expect_include '' core/core.hpp '<tidemark/core/run.hpp>'
  for new in core/new.hpp core/new.cpp core/new/a.hpp; do
    expect_include "$new:1: error: no row" $new '<vector>'
  done

  expect_part 'core/README.md:10: error: no row above has the part "memory"' '| new | | memory |'
  expect_part 'error: no row above has the part "new"' '| new | | new |'
  expect_part 'error: there is no core/new/' '| `new/` | | runs |'
  expect_part 'error: there is no core/new.hpp' '| new | `new.hpp` | runs |'
  expect_part 'error: run.hpp stands in two rows' '| new | `run.hpp` | |'
  put_parts
  put core/README.md '| part | files |' '|---|---|' '| runs | `run.hpp` |'
  look 'core/README.md:1: error: there is no table' core/README.md
}

expect_header '' viz/b.hpp "$licence" 'namespace tidemark {'
expect_header '' viz/c.hpp "$licence" 'namespace tidemark {'
expect_header '' viz/d.hpp "$licence" 'namespace tidemark::detail {'
expect_header 'viz/d.hpp:2: error: viz/viz.hpp does not include' viz/d.hpp "$licence" \
  'namespace tidemark {'
rm -rf "${tree:?}"/*
put core/core.hpp "$licence"
put core/ledger/a.hpp "$licence" 'namespace tidemark {'
look '' core/ledger/a.hpp

if [ $failures -ne 0 ]; then exit 1; fi
