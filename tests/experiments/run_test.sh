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

case_help_is_complete() {
  "$program" run "${executor[@]}" --help >help
  for option in FILE --workers --threads --executor --epoch-lines --top --counts --json --out --describe; do
    grep -q -- "$option" help || fail "no $option in --help"
  done
}

"$2"
