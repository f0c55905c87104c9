#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Counts with callgrind what rows of `tidemark bench` take, in the sources as they are and at an
# earlier commit, and fails where it has become too much.
set -euo pipefail

directory=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=experiments/gates/gate.sh
. "$directory/gate.sh"
# shellcheck source=experiments/bench/callgrind.sh
. "$directory/../bench/callgrind.sh"

help() {
  cat <<'TXT'
Counts the instructions of rows of `tidemark bench` on one thread, now and at an earlier commit.

Usage: experiments/gates/instructions.sh [OPTION...] [ROW/WORKERS...]

TXT
  option_help
  echo "Rows: ${names[*]}"
}

# What --once is told, how many units stand in each round of it (a tenth of those of barrier warm
# up), and the bar: a record may take more, since a call for each batch stands where code was made
# for its type. At last the row of the reference that it is held beside, if that has another name.
names=()
declare -A rounds a_round unit bars rows_then
while read -r name of_row in_round of_unit of_bar row_then; do
  names+=("$name")
  rounds[$name]=$of_row a_round[$name]=$in_round unit[$name]=$of_unit bars[$name]=$of_bar
  rows_then[$name]=${row_then:-$name}
done <<'TXT'
barrier/1        20000   1.1  round  1.02
barrier/2        20000   1.1  round  1.02
chain_batches/1   1000  1024  item   1.02
chain_single/1     100  1024  item   1.02
exchange/2        1000  2000  record 1.05
exchange/64    1024000     1  record 1.05
keyed_count/2  1048576     1  record 1.05
keyed_count/64 1048576     1  record 1.05
keyed_tumbling/1 1048576   1  event  1.02
keyed_tumbling_by_source/1 1048576 1 event 1.00 keyed_tumbling/1
TXT

take_options "$@"
rows=("${rest[@]}")
if [[ ${#rows[@]} == 0 ]]; then rows=("${names[@]}"); fi
for row in "${rows[@]}"; do
  [[ -v rounds[$row] ]] || die "there is no option or row '$row'; there are: ${names[*]}"
done
require_valgrind
find_reference

# program TREE: builds it, as every caller of the launcher does.
program() {
  "$1/dev" --no-install bench --list >/dev/null || die "the program in $1 could not be built"
  echo "$1/build/release/bin/tidemark"
}
program_now=$(program "$root")
program_then=$(TIDEMARK_WERROR='' program "$reference_tree")

# per_unit ROW INSTRUCTIONS
per_unit() {
  awk -v a="$2" -v n="${rounds[$1]}" -v u="${a_round[$1]}" 'BEGIN { printf "%.3f", a / n / u }'
}

# The executor takes a thread for each core that the process may run on, here one. With more, which
# worker runs when is left to chance, and so is what they take.
core=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
run_under=(taskset -c "$core")

table_head 'instructions of a'
for row in "${rows[@]}"; do
  ours=() theirs=()
  for ((run = 0; run != runs; ++run)); do
    more=$(more_instructions "$program_now" "$row" "${rounds[$row]}") || die "$row could not be counted"
    ours+=("$more")
    more=$(more_instructions "$program_then" "${rows_then[$row]}" "${rounds[$row]}") ||
      die "$row could not be counted at $reference"
    theirs+=("$more")
  done
  widest=$(printf '%s\n' "$(spread "${ours[@]}")" "$(spread "${theirs[@]}")" | sort -g | tail -n 1)
  table_row "$row ${unit[$row]}" instructions "$(per_unit "$row" "$(middle "${ours[@]}")")" \
    "$(per_unit "$row" "$(middle "${theirs[@]}")")" "$widest" \
    "${bars[$row]}"
done
finish
