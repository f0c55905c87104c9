#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Does the work per record grow with the workers? Counts with callgrind the instructions that a
# round takes with 2, 8, 64 and 512 workers.
# Usage: crowd_work.sh PROGRAM [ROW...], where PROGRAM is the `tidemark` of a release build. Needs
# valgrind. Takes six minutes or so for all rows.
set -euo pipefail

# shellcheck source=experiments/bench/callgrind.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/callgrind.sh"
program=${1:-}
[[ -f $program && -x $program ]] || { echo "usage: crowd_work.sh PROGRAM [ROW...]" >&2; exit 2; }
require_valgrind

# Enough rounds for some with 512 workers. Not bfs and pagerank, whose graphs take more instructions
# to make than to search.
declare -A rounds=(
  [barrier]=20480 [barrier_loop]=20480 [chain_batches]=2048 [event_driven_1x100]=2048
  [exchange]=1024000 [fan_in]=1024 [fan_out]=1024 [hash_join]=512000 [idle_stateful_10]=20480
  [idle_stateless_10]=20480 [idle_waiting_10]=20480 [keyed_count]=1048576 [keyed_tumbling]=524288
  [nested_loops]=5120 [pingpong]=10240 [window_sum]=4096)

# per_round ROW/WORKERS [--baseline]
per_round() {
  local n=${rounds[${1%/*}]} more
  more=$(more_instructions "$program" "$1" "$n" "${@:2}") || return 1
  ratio "$more" "$n"
}

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
