#!/bin/sh
# Puts each violation into a small tree of its own and expects tidy.sh to find it:
# sh tidy_test.sh <tidy.sh>
set -u
tidy=$1
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
failures=0
licence='// SPDX-License-Identifier: MIT'

# expect <text of the output, or nothing if all is well> <path> <line>...
expect() {
  expected=$1
  path=$2
  shift 2
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$path")"
  printf '%s\n' "$@" >"$tree/$path"
  look "$expected" "$path"
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
}

if [ $failures -ne 0 ]; then exit 1; fi
