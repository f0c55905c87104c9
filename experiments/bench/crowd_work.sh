#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Does the work per record grow with the workers? Counts with callgrind, for which there are no
# caches, the instructions that a round takes with 2, 8, 64 and 512 workers. The check of the result
# is counted, too; what it takes to begin and to end is not.
# Usage: crowd_work.sh PROGRAM [ROW...], where PROGRAM is the `tidemark` of a release build. Needs
# valgrind. Takes six minutes or so for all rows.
set -euo pipefail

program=${1:-}
[[ -f $program && -x $program ]] || { echo "usage: crowd_work.sh PROGRAM [ROW...]" >&2; exit 2; }
command -v valgrind >/dev/null || { echo "this needs the Debian package valgrind" >&2; exit 2; }

# Enough rounds for some with 512 workers. Not bfs and pagerank, whose graphs take more instructions
# to make than to search.
declare -A rounds=(
  [barrier]=20480 [barrier_loop]=20480 [chain_batches]=2048 [event_driven_1x100]=2048
  [exchange]=1024000 [fan_in]=1024 [fan_out]=1024 [hash_join]=512000 [idle_stateful_10]=20480
  [idle_stateless_10]=20480 [idle_waiting_10]=20480 [keyed_count]=1048576 [keyed_tumbling]=524288
  [nested_loops]=5120 [pingpong]=10240 [window_sum]=4096)

instructions() {
  local said
  said=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" bench "$@" 2>&1) ||
    { printf '%s\n' "$said" >&2; return 1; }
  sed -n 's/.*Collected : *//p' <<<"$said" | grep .
}

# per_round ROW/WORKERS [--baseline]: of as many rounds as are in the table, after as many.
per_round() {
  local row=$1 n=${rounds[${1%/*}]} start end
  shift
  start=$(instructions --only "$row" --once "$n" "$@") || return 1
  end=$(instructions --only "$row" --once "$((2 * n))" "$@") || return 1
  ratio "$((end - start))" "$n"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

mapfile -t known < <(printf '%s\n' "${!rounds[@]}" | sort)
rows=("${@:2}")
if [[ ${#rows[@]} == 0 ]]; then rows=("${known[@]}"); fi
for row in "${rows[@]}"; do
  [[ -v rounds[$row] ]] ||
    { echo "crowd_work.sh does not count '$row', but these: ${known[*]}" >&2; exit 2; }
done
printf '%-20s %9s %12s %9s\n' row workers 'instr/round' ratio
for row in "${rows[@]}"; do
  two=$(per_round "$row/8" --baseline)
  printf '%-20s %9d %12s\n' "$row" 2 "$two"
  for workers in 8 64 512; do
    many=$(per_round "$row/$workers")
    printf '%-20s %9d %12s %9s\n' "$row" "$workers" "$many" "$(ratio "$many" "$two")"
  done
done
