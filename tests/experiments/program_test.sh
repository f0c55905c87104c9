#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Programs of one's own from outside: a flow (the README's program), a closure, and options.
# Usage: program_test.sh FLOW BY_HAND OPTIONS TIDEMARK CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"
by_hand=$2
options=$3
tidemark=$4

# expect_status STATUS PHRASE COMMAND...: that exit status, and one line on standard error, with PHRASE.
expect_status() {
  local expected=$1 phrase=$2 status=0
  shift 2
  "$@" >stdout 2>stderr || status=$?
  [[ $status -eq $expected ]] || fail "exit status $status of $*: $(cat stderr)"
  grep -qF -- "$phrase" stderr || fail "no '$phrase' in: $(cat stderr)"
  [[ $(wc -l <stderr) -eq 1 ]] || fail "not one line: $(cat stderr)"
}

case_a_flow_runs_by_the_command_line_with_as_many_workers_as_it_says() {
  printf '(marks, 1)\n(shore, 1)\n(the, 2)\n(tide, 1)\n' >expected
  for arguments in "${executor[*]}" "${executor[*]} --workers 4" '-w 7 -t 2 --executor threads' \
    '--workers 3 --executor deterministic --seed 5 --check' \
    "${executor[*]} --workers 3 --ledgers per-worker --policy coordinator --watch --explain-after 9min"; do
    # shellcheck disable=SC2086  # words
    "$program" $arguments 2>/dev/null | LC_ALL=C sort | cmp expected - || fail "with '$arguments'"
  done
}

case_a_flow_is_described_in_three_formats_and_not_run() {
  "$program" --describe json | grep -q '"id": "words"' || fail "no JSON"
  "$program" --describe mermaid | grep -q 'count' || fail "no Mermaid"
  "$program" --describe dot | grep -q '^digraph' || fail "no DOT"
  "$program" --describe dot | grep -q '(the, 2)' && fail "it has run"
  expect_error "not one of json, mermaid, dot" "$program" --describe xml
}

case_a_run_that_a_program_has_recorded_is_replayed() {
  for each in "$program" "$by_hand --rounds 20"; do
    # shellcheck disable=SC2086  # words
    $each "${executor[@]}" --workers 3 --trace run.tmt >said
    "$tidemark" trace info run.tmt | grep -qx 'outcome: ended' || fail "$each: the trace is not whole"
    # shellcheck disable=SC2086
    $each --replay run.tmt --trace again.tmt | sort >said_again
    sort said | cmp - said_again || fail "$each says something else"
    "$tidemark" trace diff run.tmt again.tmt | grep -q '^they are the same: ' || fail "$each differs"
  done
  expect_status 1 'run.tmt' "$program" --replay run.tmt --trace run.tmt
  expect_status 1 'nowhere.tmt' "$program" --replay nowhere.tmt
}

case_help_lists_own_options_beside_those_of_every_run() {
  "$options" --help >help
  for option in FILE --word --loud --rate --shift --top --low --high --workers --threads --executor \
    --seed --check --ledgers --policy --explain-after --explain-still --watch --trace --trace-from \
    --trace-only --trace-records --trace-fails --replay --version; do
    grep -q -- "$option" help || fail "no $option in $(cat help)"
  done
  grep -q -- '--word.*tide' help || fail "no default: $(cat help)"
  grep -q -- '--workers.*3' help || fail "no default: $(cat help)"
  "$program" --help | grep -q -- '--describe' || fail "no --describe"
  [[ $("$options" --version) == "$("$tidemark" --version)" ]] || fail "$("$options" --version)"
}

case_options_of_every_kind_are_read_beside_those_of_the_run() {
  printf 'file a\ntide 0 0.5 -1 10 -5 7\n3 workers, 0 threads, seed 11, no policy\n' >expected
  "$options" a | cmp expected - || fail "defaults"
  printf 'file a\nfile b\nebb 1 0.25 -8 99 -9000000000 18446744073709551615\n' >expected
  printf '5 workers, 2 threads, seed 4, per process, ' >>expected
  "$options" a b --word ebb -l --rate 0.25 --shift -8 --top 99 --low -9000000000 \
    --high 18446744073709551615 -w 5 --threads 2 --seed 4 --policy process >said
  grep -qF "$(tail -n 1 expected)" said || fail "$(cat said)"
  cmp <(head -n 3 expected) <(head -n 3 said)
}

case_a_command_line_that_is_wrong_ends_with_2_and_says_what_would_be_right() {
  for wrong in '--top 101' '--top 0' '--rate 1.5' '--shift 3000000000' '--no-such-option' '--workers 0' \
    '--policy none' '--word' '--describe dot'; do
    status=0
    # shellcheck disable=SC2086  # words
    "$options" a $wrong >stdout 2>stderr || status=$?
    [[ $status -eq 2 ]] || fail "exit status $status with '$wrong'"
    grep -q "^options: .*${wrong%% *}" stderr || fail "'$wrong': $(cat stderr)"
    grep -qx "Try 'options --help'." stderr || fail "$(cat stderr)"
  done
  status=0
  "$options" 2>stderr || status=$?
  [[ $status -eq 2 ]] && grep -q 'FILE is required' stderr || fail "$status: $(cat stderr)"
}

case_what_a_closure_throws_is_one_line_and_status_1() {
  expect_status 1 'by_hand: the closure of worker 0 failed: as it was told' \
    "$by_hand" --workers 1 --rounds 3 --fails
}

case_a_standard_output_that_is_full_or_closed_is_an_error() {
  "$program" "${executor[@]}" >/dev/full 2>stderr && fail "a full disk"
  grep -q "cannot write 'standard output': No space left on device" stderr || fail "$(cat stderr)"
  "$options" a >/dev/full 2>stderr && fail "a full disk, of what was printed by printf"
  grep -qx "options: cannot write 'standard output': No space left on device" stderr || fail "$(cat stderr)"
  mkfifo pipe
  exec 6<>pipe 7>pipe 6>&-
  status=0
  "$options" a >&7 2>stderr || status=$?
  [[ $status -eq 1 ]] && grep -q "Broken pipe" stderr || fail "$status: $(cat stderr)"
}

case_a_signal_ends_a_run_that_is_driven_by_hand_where_it_is() {
  for signal in INT.130 TERM.143 HUP.129; do
    rm -f said
    mkfifo said
    "$by_hand" "${executor[@]}" >said 2>stderr &
    runner=$!
    exec 6<said
    read -r line <&6 && [[ $line == met ]] || fail "it did not begin"
    kill -"${signal%.*}" $runner
    status=0
    wait $runner || status=$?
    exec 6<&-
    [[ $status -eq ${signal#*.} ]] || fail "exit status $status after $signal: $(cat stderr)"
    [[ $(cat stderr) == "by_hand: the run was interrupted, and has ended where it was" ]] ||
      fail "$(cat stderr)"
  done
}

"$5"
