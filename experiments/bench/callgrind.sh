# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# To be sourced: counts the instructions of rows of `tidemark bench` with callgrind, for which there
# are no caches.

run_under=()  # the words of a command that starts valgrind, taskset for instance

# instructions PROGRAM ROW[/WORKERS] ROUNDS [ARGUMENT...]: of a whole run.
instructions() {
  local program=$1 row=$2 rounds=$3 said
  shift 3
  said=$("${run_under[@]}" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$program" bench --only "$row" --once "$rounds" "$@" 2>&1) ||
    { printf '%s\n' "$said" >&2; return 1; }
  sed -n 's/.*Collected : *//p' <<<"$said" | grep .
}

# more_instructions PROGRAM ROW[/WORKERS] ROUNDS [ARGUMENT...]: of so many rounds after as many,
# without what it takes to begin and to end. The check of the result is counted, too: a fifth of what
# a record of `exchange` takes.
more_instructions() {
  local n=$3 start end
  start=$(instructions "$@") || return 1
  end=$(instructions "$1" "$2" "$((2 * n))" "${@:4}") || return 1
  echo "$((end - start))"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

require_valgrind() {
  command -v valgrind >/dev/null || { echo "this needs the Debian package valgrind" >&2; exit 2; }
}
