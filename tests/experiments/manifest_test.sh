#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Figures that can be archived: what the program writes beside them.
# Usage: manifest_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/program.sh"

# json FILE KEY..., or length FILE KEY...: a value, and how many there are in a list.
json() { local IFS=';'; cmake -DFILE="$1" -DKEYS="${*:2}" -P "$here/json.cmake"; }
length() { local IFS=';'; cmake -DFILE="$1" -DKEYS="${*:2}" -DLENGTH=1 -P "$here/json.cmake"; }

# expect FILE KEY... VALUE
expect() {
  local value
  value=$(json "${@:1:$#-1}")
  [[ $value == "${*: -1}" ]] || fail "${*:2:$#-2} is $value, not ${*: -1}"
}

# expect_manifest FILE COMMAND: what every measurement says of itself.
expect_manifest() {
  expect "$1" schema tidemark-figures
  expect "$1" schema_version 1
  expect "$1" manifest command "$2"
  expect "$1" manifest command_line 1 "$2"
  local began commit
  began=$(json "$1" manifest began)
  [[ $began =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$ ]] || fail "began $began"
  [[ $(json "$1" manifest machine cores) -ge 1 ]] || fail "cores"
  [[ $(json "$1" manifest machine memory_bytes) -gt 100000000 ]] || fail "memory"
  expect "$1" manifest machine kernel "$(uname -sr)"
  [[ -n $(json "$1" manifest machine processor) ]] || fail "processor"
  # What it is built from is what --version says.
  commit=$(json "$1" manifest build commit)
  if [[ $(json "$1" manifest build clean) == OFF ]]; then
    commit=${commit:+$commit-dirty} commit=${commit:-no commit}
    grep -q 'not built from a commit as it is' "$1" || fail "no warning: $(cat "$1")"
  fi
  [[ $("$program" --version) == "tidemark $(json "$1" manifest build version) ($commit, \
$(json "$1" manifest build compiler))" ]] || fail "$("$program" --version), and $(cat "$1")"
  json "$1" manifest build type >/dev/null
  json "$1" manifest build flags >/dev/null
  length "$1" manifest warnings >/dev/null
}

case_the_figures_of_a_run_tell_how_it_was_run() {
  seq 1000 | sed 's/$/ some words/' >text
  "$program" run "${executor[@]}" text --workers 3 --epoch-lines 100 --explain-after 90s \
    --json run.json >report
  expect_manifest run.json run
  expect run.json manifest options FILE text
  expect run.json manifest options workers 3
  expect run.json manifest options executor "${executor[1]}"
  expect run.json manifest options explain-after 90000
  # What was not given, too.
  expect run.json manifest options top 10
  expect run.json manifest options explain-still 10000
  expect run.json manifest options trace-from 0
  expect run.json manifest options watch OFF
  expect run.json manifest options counts ''
  for option in $("$program" run --help | grep -o -- '--[a-z-]*'); do
    [[ $option == --help ]] || grep -q "\"${option#--}\": " run.json || fail "no $option"
  done
  # All that is printed.
  expect run.json figures words 2000
  [[ $(length run.json figures epochs) -eq $(grep -c '^epoch ' report) ]] || fail "$(cat report)"
  expect run.json figures epochs 0 epoch "$(awk '/^epoch / { print $2; exit }' report)"
  expect run.json figures top 0 word some
}

case_the_figures_of_a_replay_have_the_workers_of_its_trace() {
  seq 100 >text
  "$program" run "${executor[@]}" text --workers 3 --trace run.tmt >report
  "$program" run text --replay run.tmt --json again.json >report
  expect again.json figures workers 3
  expect again.json manifest options replay run.tmt
}

case_the_figures_of_benchmarks_have_each_repetition() {
  "$program" bench --quick --only open_times_1 --json bench.json >table 2>stderr
  expect_manifest bench.json bench
  expect bench.json manifest options quick ON
  expect bench.json manifest options only 0 open_times_1
  expect bench.json manifest options list OFF
  expect bench.json manifest seeds graphs 1
  expect bench.json figures rows 0 name open_times_1
  [[ $(length bench.json figures rows 0 repetitions) -eq 5 ]] || fail "$(cat bench.json)"
  for figure in ours by_hand ratio ratio_median ratio_low ratio_high; do
    [[ $(json bench.json figures rows 0 $figure) == [0-9]* ]] || fail "$figure: $(cat bench.json)"
  done
  # The median of the repetitions is the figure in the table.
  for each in 0 1 2 3 4; do json bench.json figures rows 0 repetitions $each ours; done >ours
  median=$(sort -g ours | sed -n 3p)
  grep -q "^open_times_1 .* $(printf %.2f "$median") " table || fail "$median: $(cat table)"
  # What is said on standard error stands there, too.
  [[ $(grep -c '^tidemark bench: ' stderr || true) -eq $(length bench.json manifest warnings) ]] ||
    fail "$(cat stderr)"
}

case_the_figures_of_traffic_tell_how_they_were_made() {
  "$program" traffic --workers 2 6 --per-process 2 --rounds 3 --flow idle --seed 7 \
    --json traffic.json >table
  expect_manifest traffic.json traffic
  expect traffic.json manifest options workers 1 6
  expect traffic.json manifest options latency 100
  expect traffic.json manifest options links ''
  expect traffic.json manifest seeds "order of events" 7
  expect traffic.json figures rows 0 flow idle
  expect traffic.json figures rows 0 runs 1 processes 3
  grep -q " $(printf %.2f "$(json traffic.json figures rows 0 growth)")\$" table ||
    fail "$(cat table)"
  "$program" traffic --workers 2 --rounds 1 --flow idle --json default.json >table
  expect default.json manifest seeds "order of events" 1
  expect default.json manifest options per-process 8
}

# described: what commit.cmake says that a program is built from in this folder.
described() {
  cmake -DSOURCE=. -DOUT="$PWD/commit.hpp" -P "$here/../../.install/commit.cmake"
  sed -n 's/.* commit = "\(.*\)";/\1/p' commit.hpp
}

case_a_build_of_changed_sources_says_so() {
  export GIT_CEILING_DIRECTORIES=$PWD GIT_CONFIG_GLOBAL=/dev/null
  [[ $(described) == 'no commit' ]] || fail "$(cat commit.hpp)"
  git init -q && echo one >source && git add source
  git -c user.name=me -c user.email=me@localhost commit -q -m first
  clean=$(described)
  [[ $clean =~ ^[0-9a-f]{12}$ ]] || fail "$clean"
  echo two >source
  [[ $(described) == "$clean-dirty" ]] || fail "$(cat commit.hpp)"
}

"$2"
