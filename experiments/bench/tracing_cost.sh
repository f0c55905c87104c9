#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What does watching cost that is compiled in but off? Counts the instructions of a barrier and of a
# chain of 16 operators with callgrind, for the sources as they are and for a copy without the calls
# that watch, and fails if the former takes more than 1 % more. Takes some minutes: it builds twice.
# Usage: tracing_cost.sh, in any directory. Needs valgrind.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
command -v valgrind >/dev/null || { echo "this needs the Debian package valgrind" >&2; exit 2; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# build NAME: the program in the copy of that name.
build() {
  cmake -S "$directory/$1" -B "$directory/$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DTIDEMARK_BUILD_TESTS=OFF >"$directory/$1.log"
  ninja -C "$directory/$1/build" tidemark_tracing_cost >>"$directory/$1.log" ||
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
for file in shard/shard_watch.hpp ledger/shared_ledger.hpp records/sharing_channel.hpp \
  records/shared_batches.hpp reports/shared_stations.hpp; do
  sed -i -E 's/\b((watcher|tracer|traffic)_|sender) != nullptr/false/; s/\bwatcher_ == nullptr/true/
    s/\bstate_->watched\b/false/; /parts\.clear\(\);/d' "$directory/without/core/$file"
  if cmp -s "$directory/with/core/$file" "$directory/without/core/$file"; then
    echo "tracing_cost.sh does not find who looks at watchers in core/$file any more" >&2
    exit 1
  fi
done
build with
build without

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
exit $status
