#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program from outside: what `tidemark run` prints, writes and refuses.
# Usage: run_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"

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
  cmp one.txt two.txt && cmp one.tsv two.tsv || fail "two runs differ"
  cmp <(sed -n '/"figures"/,$p' one.json) <(sed -n '/"figures"/,$p' two.json) ||
    fail "two runs differ"
  [[ $(grep -c '"flow": "idle"' one.json) -eq 8 ]] || fail "rows: $(cat one.txt)"
  [[ $(grep -c '"processes": 3,' one.json) -eq 24 ]] || fail "$(cat one.json)"
  expect_error "there is no flow 'idl'" "$program" traffic --flow idl
  for option in '--workers 0' '--workers 99999999' '--per-process 0' '--rounds 0' \
    '--latency 18446744073709551615' '--linger 99999999999999999999' '--seed 18446744073709551616'; do
    # shellcheck disable=SC2086  # two words
    expect_error "${option% *}: " "$program" traffic $option
    [[ $(wc -c <stderr) -lt 200 ]] || fail "$(cat stderr)"
  done
}

case_benchmarks_say_for_each_row_whether_its_bar_is_held() {
  status=0
  "$program" bench --quick --only open_times_10000 --only open_times_1 --check --json rows.json \
    >table 2>stderr || status=$?
  grep -q '^open_times_10000 .* \(held\|missed\)$' table || fail "$(cat table)"
  grep -q '^growth of ours ' table || fail "$(cat table)"
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

case_an_argument_that_is_none_is_named_with_what_would_be_right() {
  : >text
  expect_error "FILE: its argument is empty" "$program" run ""
  for option in --counts --json --out --workers --explain-after --describe; do
    expect_error "$option: its argument is empty" "$program" run text $option ""
  done
  expect_error "--counts: '-' is no file here" "$program" run text --counts -
  for number in 0x10 -1 1e3 1.5 ' 1' 1k; do
    expect_error "--workers: '$number' is not a whole number" "$program" run text -w "$number"
    expect_error "--top: '$number' is not a whole number" "$program" run text --top "$number"
  done
  expect_error "is not a number of 64 bits" "$program" run text --top 123456789012345678901
  expect_error "not one of tbb, threads" "$program" run text --executor foo
  for time in -3s nan 5d 1e400s s; do
    expect_error "--explain-after: '$time' is not a time, as 10s, 500ms or 2min" \
      "$program" run text --explain-after $time
  done
}

case_a_number_is_decimal_whatever_zeros_it_begins_with() {
  : >text
  "$program" run "${executor[@]}" text --workers 010 >report
  grep -q 'with 10 workers' report || fail "$(head -1 report)"
}

case_limits_of_the_system_are_named() {
  : >text
  for most in 5 6 8 10; do
    (ulimit -n $most; expect_error "'ulimit -n' raises that" "$program" run "${executor[@]}" text)
  done
  make_text 3000 >text
  (ulimit -f 1; expect_error "'ulimit -f' raises that" \
    "$program" run "${executor[@]}" text --epoch-lines 100000 --counts counts.tsv)
  [[ -z $(ls counts.tsv* 2>/dev/null) ]] || fail "left behind: $(ls counts.tsv*)"
}

case_help_is_complete() {
  "$program" run "${executor[@]}" --help >help
  for option in FILE --workers --threads --executor --epoch-lines --top --counts --json --out --describe; do
    grep -q -- "$option" help || fail "no $option in --help"
  done
}

"$2"
