#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program that operators/DATA.md shows, from outside.
# Usage: orders_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"

case_orders_are_summed_and_rows_that_are_none_are_kept_with_their_place() {
  printf 'customer,amount\na,1.5\nb,2\na\na,0.25\n"b,7\n' >orders.csv
  "$program" orders.csv sums.csv bad.jsonl
  [[ $(sort sums.csv) == $'a,1.75\nb,2.0\nkey,value' || $(sort sums.csv) == $'a,1.75\nb,2\nkey,value' ]] ||
    fail "$(cat sums.csv)"
  [[ $(wc -l <bad.jsonl) -eq 2 ]] || fail "$(cat bad.jsonl)"
  grep -q '"file":"orders.csv","line":4,"column":0,.*"text":"a"' bad.jsonl || fail "$(cat bad.jsonl)"
  grep -q '"line":6,"column":1,.*"text":"\\"b,7"' bad.jsonl || fail "$(cat bad.jsonl)"
}

case_a_trace_takes_the_place_of_no_file_that_is_read_or_written() {
  printf 'customer,amount\na,1\n' >orders.csv
  cp orders.csv kept.csv
  expect_error "'orders.csv', which is there and is no trace" \
    "$program" orders.csv sums.csv bad.jsonl --trace orders.csv
  cmp orders.csv kept.csv || fail "$(cat orders.csv)"
  expect_error "cannot write 'sums.csv': it is being written already" \
    "$program" orders.csv sums.csv bad.jsonl --trace sums.csv
}

case_an_amount_that_is_no_number_names_the_step_and_leaves_nothing_half_made() {
  printf 'customer,amount\na,much\n' >orders.csv
  expect_error "step 'amounts' failed on worker" "$program" orders.csv sums.csv bad.jsonl
  [[ $(echo *) == 'orders.csv stderr stdout' ]] || fail "left behind: $(echo *)"
}

case_a_column_that_is_not_there_is_named_with_those_that_are() {
  printf 'customer;amount\na;1\n' >orders.csv
  expect_error "there is no column 'customer'; the file has 'customer;amount'" \
    "$program" orders.csv sums.csv bad.jsonl
}

case_a_file_that_may_not_grow_is_an_error_in_any_program() {
  printf 'customer,amount\na,1\n' >orders.csv
  mkfifo said
  (ulimit -f 0; exec "$program" orders.csv sums.csv bad.jsonl 2>said) &
  grep -q "'ulimit -f' raises that" said || fail "no limit is named"
  status=0
  wait $! || status=$?
  [[ $status -eq 1 ]] || fail "exit status $status"
  [[ $(echo *) == 'orders.csv said' ]] || fail "left behind: $(echo *)"
}

case_what_had_been_read_and_was_not_whole_is_told_when_a_signal_ends_it() {
  mkfifo pipe
  "$program" pipe sums.csv bad.jsonl 2>stderr &
  runner=$!
  exec 5>pipe
  # More than a pipe holds: what is written behind it has been read when it all is written.
  { echo customer,amount; seq 50000 | sed 's/.*/a,1/'; echo '"b,7'; seq 50000; } >&5
  kill -TERM $runner
  wait $runner || true
  exec 5>&-
  grep -q "the run was interrupted within the record of line 50002 of 'pipe'" stderr ||
    grep -q "had been read and given to nobody" stderr || fail "$(cat stderr)"
}

case_a_signal_ends_it_with_what_was_read() {
  mkfifo pipe
  "$program" pipe sums.csv bad.jsonl 2>stderr &
  runner=$!
  exec 5>pipe
  # More than a pipe holds: when all of it is written the program runs.
  { echo customer,amount; seq 50000 | sed 's/.*/a,1/'; } >&5
  kill -TERM $runner
  status=0
  wait $runner || status=$?
  exec 5>&-
  [[ $status -eq 143 ]] || fail "exit status $status: $(cat stderr)"
  grep -q 'the run was interrupted' stderr || fail "$(cat stderr)"
  grep -q '^a,' sums.csv || fail "$(cat sums.csv)"
  [[ $(echo *) == 'bad.jsonl pipe stderr sums.csv' ]] || fail "left behind: $(echo *)"
}

"$2"
