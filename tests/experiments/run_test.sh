#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program from outside: what `tidemark run` prints, writes and refuses.
# Usage: run_test.sh PROGRAM CASE, in any directory.
set -euo pipefail

program=$1
executor=(--executor "${TIDEMARK_TEST_EXECUTOR:-tbb}")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# The independent count: a pipeline of standard tools.
count_with_tools() {
  tr -cs 'A-Za-z' '\n' <"$1" | tr A-Z a-z | grep . | LC_ALL=C sort | uniq -c | awk '{print $2 "\t" $1}'
}

# A text with words next to every kind of byte, seeded and the same everywhere.
make_text() {
  awk -v lines="$1" 'BEGIN {
    x = 42
    for (l = 0; l < lines; ++l) {
      for (w = 0; w < l % 17; ++w) {
        x = (x * 1103515245 + 12345) % 2147483648
        printf "%s%c%c", substr("TheTideMarksEveryShoreTwice", 1 + x % 20, 1 + x % 7), 97 + x % 26, 32 + x % 33
      }
      printf "\n"
    }
  }'
}

# expect_error PHRASE COMMAND...: exit status not 0, and one sentence on standard error with PHRASE.
expect_error() {
  local phrase=$1 status=0
  shift
  "$@" >stdout 2>stderr || status=$?
  [[ $status -ne 0 && $status -lt 126 ]] || fail "exit status $status of $*"
  grep -qF -- "$phrase" stderr || fail "no '$phrase' in: $(cat stderr)"
}

case_counts_equal_those_of_a_shell_pipeline_for_any_number_of_workers() {
  make_text 3000 >text
  count_with_tools text >expected
  for workers in 1 2 8 64; do
    "$program" run "${executor[@]}" text --workers $workers --counts counts.tsv --epoch-lines 200 >report
    cmp expected counts.tsv || fail "$workers workers"
  done
  grep -q 'words per second' report
}

case_traffic_tells_what_each_protocol_sends_and_the_same_each_time() {
  for each in one two; do
    "$program" traffic --workers 2 6 --per-process 2 --rounds 3 --json $each.json \
      --links $each.tsv >$each.txt
  done
  grep -q $'^loop\tprocess\t6\tprocess 0\tledger 1\t' one.tsv || fail "$(cat one.tsv)"
  cmp one.txt two.txt && cmp one.json two.json || fail "two runs differ"
  [[ $(grep -c '"flow": "idle"' one.json) -eq 16 ]] || fail "rows: $(cat one.txt)"
  # Broadcast: each of 6 workers tells the 2 other processes that it has given up one time for another.
  grep -A4 '"protocol": "direct"' one.json | grep -A4 '"workers": 6' >rows
  grep -q '"processes": 3' rows || fail "$(cat rows)"
  expect_error "there is no flow 'idl'" "$program" traffic --flow idl
}

case_benchmarks_say_for_each_row_whether_its_bar_is_held() {
  status=0
  "$program" bench --quick --only open_times_10000 --only open_times_1 --check --json rows.json \
    >table 2>stderr || status=$?
  grep -q '^open_times_10000 .* \(held\|missed\)$' table || fail "$(cat table)"
  grep -q '^growth of ours ' table || fail "$(cat table)"
  fields=$(sed -n 's/^    "\([a-z_]*\)": .*/\1/p' rows.json | tr '\n' ' ')
  row='name workers ours_ns baseline baseline_ns ratio bar held '
  [[ $fields == "$row$row" ]] || fail "fields: $fields"
  # A bar for 10,000 open timestamps, none for 1; --check fails if and only if it is missed.
  [[ $(grep -c '"held": null' rows.json) -eq 1 ]] || fail "$(cat rows.json)"
  if grep -q '"held": false' rows.json; then
    [[ $status -eq 1 ]] && grep -q 'missed: open_times_10000/1' stderr || fail "$(cat stderr)"
  else
    [[ $status -eq 0 ]] || fail "exit status $status"
  fi
  expect_error "no row's name begins with 'no-such-row'" "$program" bench --only no-such-row
}

case_every_benchmark_is_listed_once() {
  "$program" bench --list | awk '{print $1, $2}' >rows
  [[ -z $(sort rows | uniq -d) ]] || fail "$(sort rows | uniq -d)"
  for row in 'barrier 64' 'barrier_loop 512' 'exchange 2' 'window_sum 2' 'idle_waiting_1000 1'; do
    grep -qx "$row" rows || fail "no $row in $(cat rows)"
  done
}

case_the_default_text_is_counted_right() {
  command -v bible >/dev/null || { echo "bible-kjv is not installed" >&2; exit 1; }
  "$program" run "${executor[@]}" --counts counts.tsv >report
  [[ $(stat -c %s out/king-james-bible.txt) -ge 4000000 ]] || fail "the text is too small"
  cmp <(count_with_tools out/king-james-bible.txt) counts.tsv
}

case_pictures_are_written_and_their_paths_printed() {
  make_text 500 >text
  "$program" run "${executor[@]}" text --out pictures >report
  for picture in logical physical progress; do
    grep -q "pictures/word-count-$picture.svg" report || fail "$picture is not in the report"
    grep -q '</svg>' "pictures/word-count-$picture.svg" || fail "$picture is no SVG"
  done
}

case_the_summary_is_json() {
  make_text 100 >text
  "$program" run "${executor[@]}" text --json summary.json >report
  grep -q '"words": ' summary.json && grep -q '"pictures": ' summary.json
}

case_an_empty_text_has_no_words() {
  : >text
  "$program" run "${executor[@]}" text --counts counts.tsv >report
  [[ ! -s counts.tsv ]] || fail "counts of nothing: $(cat counts.tsv)"
  grep -q '^0 words' report
}

case_bytes_that_are_no_utf8_only_separate_words() {
  printf 'alpha\xff\xfebeta\xc3(gamma\x00delta\n' >text
  "$program" run "${executor[@]}" text --counts counts.tsv >report
  printf 'alpha\t1\nbeta\t1\ndelta\t1\ngamma\t1\n' | cmp - counts.tsv
}

case_a_line_of_100_megabytes_is_counted() {
  head -c 1000000 /dev/zero | sed "s/\x0/a$(printf '%99s')/g" >text
  [[ $(stat -c %s text) -eq 100000000 ]] || fail "size of the text"
  "$program" run "${executor[@]}" text --counts counts.tsv >report
  printf 'a\t1000000\n' | cmp - counts.tsv
}

case_standard_input_is_a_text_too() {
  printf 'one two\ntwo' | "$program" run "${executor[@]}" - --counts counts.tsv >report
  printf 'one\t1\ntwo\t2\n' | cmp - counts.tsv
}

case_a_missing_file_is_named() {
  expect_error "cannot read 'nowhere.txt': No such file or directory" "$program" run "${executor[@]}" nowhere.txt --counts counts.tsv
  [[ ! -e counts.tsv ]] || fail "counts were written"
  [[ -z $(ls counts.tsv.* 2>/dev/null) ]] || fail "a temporary file is left"
}

case_a_directory_is_no_text() {
  mkdir folder
  expect_error "cannot read 'folder': Is a directory" "$program" run "${executor[@]}" folder
}

case_zero_workers_are_refused() {
  expect_error "--workers" "$program" run "${executor[@]}" --workers 0
}

case_an_unknown_flag_is_named() {
  expect_error "--no-such-flag" "$program" run "${executor[@]}" --no-such-flag
}

case_an_unknown_command_is_named() {
  expect_error "no-such-command" "$program" no-such-command
  expect_error "A command is required" "$program"
}

case_an_output_directory_that_cannot_be_made_is_named() {
  : >file
  printf 'a\n' >text
  expect_error "file/out" "$program" run "${executor[@]}" text --out file/out
}

case_a_full_disk_is_an_error() {
  printf 'a b c\n' >text
  expect_error "cannot write '/dev/full': No space left on device" "$program" run "${executor[@]}" text --counts /dev/full
  "$program" run "${executor[@]}" text >/dev/full 2>stderr && fail "a report on a full disk"
  grep -q "cannot write 'standard output': No space left on device" stderr
  "$program" --help >/dev/full 2>stderr && fail "help on a full disk"
  grep -q "cannot write 'standard output': No space left on device" stderr
}

# Makes descriptor 7 the end of a pipe that nobody reads.
open_closed_pipe() {
  mkfifo pipe
  exec 6<>pipe 7>pipe 6>&-
}

case_a_closed_pipe_is_an_error() {
  make_text 2000 >text
  open_closed_pipe
  status=0
  "$program" run "${executor[@]}" text --epoch-lines 10 >&7 2>stderr || status=$?
  [[ $status -eq 1 ]] || fail "exit status $status"
  grep -q "cannot write 'standard output': Broken pipe" stderr || fail "$(cat stderr)"
}

case_a_closed_pipe_for_reports_and_errors_ends_a_run_with_status_1() {
  make_text 2000 >text
  open_closed_pipe
  status=0
  "$program" run "${executor[@]}" text --epoch-lines 10 >&7 2>&1 || status=$?
  [[ $status -eq 1 ]] || fail "exit status $status"
}

case_a_flow_is_printed_in_three_formats_and_not_run() {
  "$program" run --describe json | grep -q '"kind": "redistribute"' || fail "no JSON"
  "$program" run --describe mermaid | grep -q '^  op_[0-9]* ==> ' || fail "no Mermaid"
  "$program" run --describe dot | grep -q '^digraph' || fail "no DOT"
  [[ -z $(ls) ]] || fail "left behind: $(ls)"
  expect_error "--describe" "$program" run --describe xml
}

# Begins a run with a pipe as its text, which descriptor 5 feeds; descriptor 6 is its report.
begin_run() {
  rm -rf pipe said counts.tsv*
  mkfifo pipe said
  "$program" run "${executor[@]}" pipe --epoch-lines 1 --counts counts.tsv >said 2>stderr &
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
  done
}

case_help_is_complete() {
  "$program" run "${executor[@]}" --help >help
  for option in FILE --workers --threads --executor --epoch-lines --top --counts --json --out --describe; do
    grep -q -- "$option" help || fail "no $option in --help"
  done
}

"$2"
