#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program from outside: how signals end it, and which files and descriptors it writes.
# Usage: stop_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"

# Begins a run, with more options, with a pipe as its text, which descriptor 5 feeds; descriptor 6
# is its report.
begin_run() {
  rm -rf pipe said counts.tsv* summary.json*
  mkfifo pipe said
  "$program" run "${executor[@]}" pipe --epoch-lines 1 --counts counts.tsv "$@" \
    >said 2>stderr &
  runner=$!
  exec 6<said 5>pipe
  printf 'one\ntwo\n' >&5
  while read -r line <&6 && [[ $line != epoch* ]]; do :; done  # it has counted something
}

# Its report to the end, and its exit status.
end_run() {
  cat <&6 >rest
  status=0
  wait $runner || status=$?
  exec 5>&- 6<&-
}

# expect_stop SIGNAL STATUS: the signal ends the run with all written that was read.
expect_stop() {
  begin_run
  kill -"$1" $runner
  end_run
  [[ $status -eq $2 ]] || fail "exit status $status: $(cat stderr)"
  grep -q 'the run was interrupted' stderr || fail "$(cat stderr)"
  [[ $(cat counts.tsv) == $'one\t1'* ]] || fail "what was counted is not written"
  [[ $(echo counts.tsv*) == counts.tsv ]] || fail "left behind: $(echo counts.tsv*)"
}

case_an_interrupt_ends_a_run_with_130() {
  expect_stop INT 130
}

case_sigterm_ends_a_run_with_143_and_sighup_with_129() {
  expect_stop TERM 143
  expect_stop HUP 129
}

case_a_hangup_that_is_ignored_ends_no_run() {
  trap '' HUP
  begin_run
  kill -HUP $runner
  exec 5>&-
  end_run
  [[ $status -eq 0 ]] || fail "exit status $status: $(cat stderr)"
  printf 'one\t1\ntwo\t1\n' | cmp - counts.tsv
}

case_what_a_killed_run_has_left_goes_with_the_next() {
  begin_run
  kill -KILL $runner
  end_run
  [[ $status -eq 137 ]] || fail "exit status $status"
  printf 'three' >text
  "$program" run "${executor[@]}" text --counts counts.tsv >report
  [[ $(echo counts.tsv*) == counts.tsv ]] || fail "left behind: $(echo counts.tsv*)"
  printf 'three\t1\n' | cmp - counts.tsv
}

case_a_signal_behind_the_run_leaves_no_half_of_a_summary() {
  begin_run --json summary.json
  exec 5>&-
  while read -r line <&6 && [[ $line != counts* ]]; do :; done  # now it draws
  kill -TERM $runner || true
  end_run
  [[ ! -e summary.json.tidemark-part ]] || fail "left behind"
  printf 'one\t1\ntwo\t1\n' | cmp - counts.tsv
}

case_a_file_that_another_run_writes_is_refused() {
  begin_run
  printf 'three' >text
  expect_error "cannot write 'counts.tsv': another run is writing it" \
    "$program" run "${executor[@]}" text --counts counts.tsv
  exec 5>&-
  end_run
  [[ $status -eq 0 ]] || fail "exit status $status: $(cat stderr)"
  printf 'one\t1\ntwo\t1\n' | cmp - counts.tsv
}

case_an_output_that_is_a_link_is_written_where_it_leads() {
  printf 'a\n' >text
  mkdir data pictures
  ln -s data/counts counts.tsv
  ln -s ../data/picture pictures/word-count-logical.svg
  "$program" run "${executor[@]}" text --counts counts.tsv --out pictures >report
  printf 'a\t1\n' | cmp - data/counts
  grep -q '</svg>' data/picture
  [[ -L counts.tsv && -L pictures/word-count-logical.svg ]] || fail "a link is replaced"
}

case_one_file_for_two_options_is_refused() {
  printf 'a\n' >text
  ln -s text link
  ln text hard
  expect_error "--counts and --json both have the file './both'" \
    "$program" run "${executor[@]}" text --counts both --json ./both
  for name in text ./text link hard; do
    expect_error "FILE and --counts both have the file '$name'" \
      "$program" run "${executor[@]}" text --counts $name
  done
  expect_error "--counts and a picture both have the file" \
    "$program" run "${executor[@]}" text --counts out/word-count-physical.svg
  [[ $(cat text) == a && ! -e both ]] || fail "something was written"
}

case_standard_output_can_be_an_output_too() {
  printf 'a b b\n' >text
  "$program" run "${executor[@]}" text --counts /dev/stdout >report
  grep -q '^counting the words' report || fail "the report is lost: $(cat report)"
  grep -A1 $'^a\t1$' report | grep -q $'^b\t2$' || fail "no counts: $(cat report)"
}

# Runs the program with the standard descriptors closed that $1 names, and all others as files.
run_without() {
  local closed=$1
  shift
  (
    exec </dev/null >stdout 2>stderr
    [[ $closed != *0* ]] || exec 0<&-
    [[ $closed != *1* ]] || exec 1>&-
    [[ $closed != *2* ]] || exec 2>&-
    exec "$program" run "${executor[@]}" "$@"
  )
}

case_whatever_standard_descriptors_are_closed_no_file_is_taken_for_one() {
  printf 'a b b\n' >text
  printf 'a\t1\nb\t2\n' >expected
  for closed in none 0 1 2 01 02 12 012; do
    rm -rf counts.tsv* summary.json* out
    status=0
    run_without $closed text --counts counts.tsv --json summary.json || status=$?
    if [[ $closed == *1* ]]; then
      [[ $status -eq 1 ]] || fail "status $status without $closed"
      [[ ! -e counts.tsv && ! -e counts.tsv.tidemark-part ]] || fail "something is left"
      [[ $closed == *2* ]] || grep -q "cannot write 'standard output': it is closed" stderr ||
        fail "$(cat stderr)"
    else
      [[ $status -eq 0 ]] || fail "status $status without $closed: $(cat stderr)"
      cmp expected counts.tsv
      [[ $(head -c 1 summary.json) == '{' ]] || fail "$(cat summary.json)"
    fi
    status=0
    [[ $closed != *0* ]] || run_without $closed - --explain-after 1ms || status=$?
    [[ $closed != *0* || $status -eq 1 ]] || fail "status $status without $closed"
    [[ $closed != 0 ]] || grep -q 'cannot read standard input: it is closed' stderr ||
      fail "$(cat stderr)"
    [[ $closed != 0 ]] || run_without 0 /dev/stdin || grep -q "'/dev/stdin': it is closed" stderr ||
      fail "$(cat stderr)"
  done
}

"$2"
