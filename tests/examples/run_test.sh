#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The examples from outside: what each prints, at a small size, for several numbers of workers.
# Usage: run_test.sh PROGRAMS SOURCES CASE, with the folders of the programs and of their sources.
set -euo pipefail

programs=$1
sources=$2
examples=(barrier bfs capture_replay distinct flow_controlled hashjoin open_loop pagerank pingpong unionfind wordcount)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# run WORKERS EXAMPLE ARGUMENT...
run() {
  "$programs/$2" --executor "${TIDEMARK_TEST_EXECUTOR:-tbb}" --threads 2 --workers "$1" "${@:3}"
}

# expect EXAMPLE ARGUMENT...: prints what is in the file `expected`, whoever runs it on how many
# workers; lines with a time in seconds or microseconds are left out.
expect() {
  local workers
  for workers in 1 2 7; do
    run $workers "$@" | grep -vE ' (s|us)(,|$| )' >printed || fail "nothing from $* on $workers workers"
    cmp expected printed || fail "$* on $workers workers printed: $(cat printed)"
  done
  "$programs/$1" --executor deterministic --seed 0 --workers 3 "${@:2}" |
    grep -vE ' (s|us)(,|$| )' | cmp expected - || fail "$* on the deterministic executor"
}

# A path of 0 to 9, one of 20 to 22, and an edge from both ends of the first to 30.
make_graph() {
  seq 0 8 | awk '{print $1, $1 + 1}'
  printf '20 21\n22 21\n0 30\n9 30\n'
}

case_the_barrier_lets_nobody_ahead() {
  for workers in 1 2 7 64; do
    run $workers barrier --rounds 50 | grep -qx "$workers workers met 50 times" || fail "$workers workers"
  done
}

case_in_pingpong_every_ball_is_hit_in_every_lap() {
  echo '5 balls went from worker to worker 30 times' >expected
  expect pingpong --laps 30 --balls 5
}

case_wordcount_prints_what_a_shell_pipeline_does() {
  awk 'BEGIN { for (l = 0; l < 500; ++l) { for (w = 0; w < l % 9; ++w) printf "w%d ", l * w % 23; print "" } }' >text
  tr -s ' ' '\n' <text | grep . | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2,2r |
    awk '{ printf "%10d  %s\n", $1, $2 }' >expected
  expect wordcount text --epoch-lines 20 --top 100
}

case_bfs_prints_how_many_nodes_are_how_far() {
  make_graph >graph
  {
    echo 'distance     nodes'
    echo '       0         1'
    echo '       1         2'
    for distance in 2 3 4 5 6 7 8 9; do echo "       $distance         1"; done
    echo '    none         3'
  } >expected
  expect bfs --graph graph
}

case_unionfind_prints_how_many_components_are_how_large() {
  make_graph >graph
  {
    echo 'components  of nodes'
    echo '         1         3'
    echo '         1        11'
  } >expected
  expect unionfind --graph graph
}

case_pagerank_prints_the_nodes_that_matter_most() {
  printf '1 0\n2 0\n3 0\n0 3\n' >graph  # r0 = .15 + .85 (.3 + r3), r3 = .15 + .85 r0
  {
    echo '    node          rank'
    echo '       0   1.918918919'
    echo '       3   1.781081081'
  } >expected
  expect pagerank --graph graph --top 2
  printf '    node          rank\n       0   0.532500000\n' >expected
  expect pagerank --graph graph --top 1 --rounds 1
}

case_nodes_are_those_that_a_file_names_or_a_range_that_is_asked_for() {
  printf '7 100\n100 9000\n' >graph
  printf 'components  of nodes\n         1         3\n' >expected
  expect unionfind --graph graph
  printf 'distance     nodes\n       0         1\n       1         1\n    none         1\n' >expected
  expect bfs --graph graph --root 100
  printf 'components  of nodes\n      9997         1\n         1         3\n' >expected
  expect unionfind --graph graph --nodes 10000
  run 1 pagerank --graph graph --top 1 | tail -n 1 | grep -q '^    9000 ' || fail "names are lost"
  run 1 bfs --graph graph --root 8 >printed 2>&1 && fail "a root that is no node"
  grep -q 'the graph has no node 8' printed || fail "$(cat printed)"
  run 1 bfs --graph graph --nodes 9000 >printed 2>&1 && fail "a node beyond the range"
  grep -q 'in a graph of 9000 nodes' printed || fail "$(cat printed)"
}

case_hashjoin_finds_every_pair() {
  awk 'BEGIN { for (n = 0; n < 300; ++n) { ++a[n % 20]; ++b[n * n % 20] }
               for (k = 0; k < 20; ++k) pairs += a[k] * b[k]; print pairs " pairs" }' >expected
  expect hashjoin --keys 20 --records 300
}

case_distinct_counts_the_squares_of_each_modulus() {
  awk 'BEGIN { for (m = 97; m < 101; ++m) { count = 0; split("", seen)
                 for (n = 0; n < m; ++n) if (!(n * n % m in seen)) { seen[n * n % m] = 1; ++count }
                 printf "%6d squares modulo %d\n", count, m } }' >expected
  expect distinct --modulus 97 --epochs 4
}

case_a_flow_controlled_source_keeps_to_what_it_is_allowed() {
  for workers in 1 2 7; do
    run $workers flow_controlled --epochs 40 --size 10 --ahead 3 >printed
    grep -qx "$((workers * 400)) records, at most [0-9]* in flight of $((workers * 30)) allowed" printed ||
      fail "$workers workers printed: $(cat printed)"
  done
}

case_a_replayed_stream_is_the_captured_one_at_any_number_of_workers() {
  awk 'BEGIN { printf "%8s  %16s  %16s\n", "epoch", "captured", "replayed"
               for (e = 0; e < 4; ++e) { sum = 0; for (n = 0; n < 50; ++n) sum += e * 50 + n
                 printf "%8d  %16d  %16d\n", e, sum, sum } }' >expected
  for replayers in 1 2 7; do
    expect capture_replay captured --epochs 4 --size 50 --replayers $replayers
  done
  "$programs/capture_replay" no/such/folder 2>error && fail "captured to no folder"
  [[ $(cat error) == "capture_replay: "*"no/such/folder"*"No such file or directory" ]] || fail "$(cat error)"
}

case_an_open_loop_answers_every_request() {
  for workers in 1 2 7; do
    run $workers open_loop --requests 50 --rate 1000 >printed
    grep -qx "$((workers * 50)) answers" printed || fail "$workers workers printed: $(cat printed)"
    [[ $(grep -cE '^ *(50|90|99|100)% +[0-9]+\.[0-9] us$' printed) -eq 4 ]] || fail "$(cat printed)"
  done
}

case_every_example_explains_its_options_and_refuses_others() {
  for example in "${examples[@]}"; do
    "$programs/$example" --help >help
    for option in --workers --threads --executor --seed; do
      grep -q -- "$option" help || fail "no $option in the help of $example"
    done
    status=0
    "$programs/$example" --no-such-option >out 2>&1 || status=$?
    [[ $status -ne 0 && $status -lt 126 ]] || fail "exit status $status of $example"
  done
}

case_an_error_of_an_example_is_one_line_that_names_it() {
  "$programs/bfs" --root 100000 2>error && fail "no node is a root"
  [[ $(cat error) == "bfs: the graph has no node 100000" ]] || fail "$(cat error)"
  "$programs/pagerank" --graph nowhere 2>error && fail "no file is a graph"
  [[ $(cat error) == "pagerank: cannot read 'nowhere'" ]] || fail "$(cat error)"
}

case_every_example_leaves_a_trace_that_is_whole_and_is_replayed() {
  make_graph >graph
  seq 100 >text
  for example in "${examples[@]}"; do
    arguments=()
    case $example in
      barrier | pagerank) arguments=(--rounds 5) ;;
      capture_replay) arguments=(captured --epochs 3 --size 10) ;;
      distinct | flow_controlled) arguments=(--epochs 3) ;;
      hashjoin) arguments=(--keys 10 --records 100) ;;
      open_loop) arguments=(--requests 100 --rate 100000) ;;
      pingpong) arguments=(--laps 10) ;;
      wordcount) arguments=(text) ;;
    esac
    case $example in bfs | pagerank | unionfind) arguments+=(--graph graph) ;; esac
    run 2 $example "${arguments[@]}" --trace $example.tmt >printed 2>&1 || fail "$example: $(cat printed)"
    "$programs/../tidemark" trace info $example.tmt >info 2>&1 || fail "$example: $(cat info)"
    grep -qx 'outcome: ended' info || fail "$example: $(cat info)"
    grep -Eq '^  batch +[1-9]' info || fail "$example: $(cat info)"
    run 2 $example "${arguments[@]}" --replay $example.tmt --trace again.tmt >printed 2>&1 ||
      fail "$example: $(cat printed)"
    "$programs/../tidemark" trace diff $example.tmt again.tmt >diff
    grep -q '^they are the same: ' diff || fail "$example: $(cat diff)"
  done
}

case_no_example_has_more_than_60_lines_or_a_header_of_its_own() {
  for example in "${examples[@]}"; do
    [[ $(wc -l <"$sources/$example.cpp") -le 60 ]] || fail "$example has more than 60 lines"
    [[ ! -e $sources/$example.hpp ]] || fail "$example has a header of its own"
  done
}

"$3"
