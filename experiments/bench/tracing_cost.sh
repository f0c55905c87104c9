#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What does watching cost that is compiled in but off? Counts the instructions of a barrier and of a
# chain of 16 operators with callgrind, for the sources as they are and for a copy without the calls
# that watch, and fails if the former takes more than 1 % more. And what does it cost that is on?
# Counts the words of a text with a trace and without, in turn, and fails if the median of the ratios
# is above 1.10. Takes some minutes: it builds twice.
# Usage: tracing_cost.sh [TEXT], in any directory. Needs valgrind, and without TEXT bible-kjv.
set -euo pipefail

text=${1-}
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
command -v valgrind >/dev/null || { echo "this needs the Debian package valgrind" >&2; exit 2; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# build NAME TARGETS: the programs in the copy of that name.
build() {
  cmake -S "$directory/$1" -B "$directory/$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DTIDEMARK_BUILD_TESTS=OFF >"$directory/$1.log"
  # shellcheck disable=SC2086  # words
  ninja -C "$directory/$1/build" $2 >>"$directory/$1.log" ||
    { tail -n 20 "$directory/$1.log" >&2; exit 1; }
}

# instructions NAME WHAT ROUNDS
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$(find "$directory/$1/build" -name tidemark_tracing_cost -type f)" "$2" "$3" 2>&1 |
    sed -n 's/.*Collected : *//p'
}

for name in with without; do
  mkdir "$directory/$name"
  tar -C "$root" --exclude=./build --exclude=./.git --exclude=./out -c . | tar -C "$directory/$name" -x
done
# All looks at whether somebody watches, and what is kept for who does.
for file in building/rights_bodies.hpp shard/shard_watch.hpp ledger/shared_ledger.hpp records/sharing_channel.hpp \
  records/shared_batches.hpp reports/shared_stations.hpp; do
  sed -i -E 's/\b((watcher|tracer|traffic)_|sender|book_->watch) != nullptr/false/; s/\bwatcher_ == nullptr/true/
    s/\bstate_->watched\b/false/; /parts\.clear\(\);/d' "$directory/without/core/$file"
  if cmp -s "$directory/with/core/$file" "$directory/without/core/$file"; then
    echo "tracing_cost.sh does not find who looks at watchers in core/$file any more" >&2
    exit 1
  fi
done
build with "tidemark_tracing_cost tidemark"
build without tidemark_tracing_cost

status=0
printf '%-8s %12s %14s %8s %5s\n' work 'with (instr)' 'without (instr)' ratio bar
for what in barrier chain; do
  rounds=20000
  if [[ $what == chain ]]; then rounds=1000; fi
  for name in with without; do
    start=$(instructions "$name" "$what" 0)
    end=$(instructions "$name" "$what" "$rounds")
    declare "$name=$(((end - start) / rounds))"
  done
  # shellcheck disable=SC2154  # declared above
  awk -v work="$what" -v with="$with" -v without="$without" 'BEGIN {
    held = with <= 1.01 * without
    printf "%-8s %12d %14d %8.4f %5.2f %s\n", work, with, without, with / without, 1.01,
           held ? "held" : "missed"
    exit !held
  }' || status=1
done
# seconds ARGUMENT...: that a word count takes.
program=$directory/with/build/bin/tidemark
if [[ ! $text ]]; then
  text=$directory/text
  echo 'gen1:1-rev22:21' | bible -f >"$text"
fi
seconds() {
  (cd "$directory" && "$program" run "$text" --workers 2 "$@") |
    sed -n 's/^\([0-9.]*\) s, .* words per second$/\1/p'
}
for ((pair = 0; pair != 11; ++pair)); do
  echo "$(seconds --trace "$directory/run.tmt") $(seconds)"
done | awk '{ print $1 / $2, $1, $2 }' | sort -n | awk 'NR == 6 {
  printf "\n%-24s %10s %10s %8s %5s\n", "work", "trace (s)", "none (s)", "ratio", "bar"
  printf "%-24s %10.3f %10.3f %8.3f %5.2f %s\n", "word count (median pair)", $2, $3, $1, 1.10,
         $1 <= 1.10 ? "held" : "missed"
  exit $1 > 1.10
}' || status=1
exit $status
