#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Traces from outside: `tidemark run --trace`, and what is asked of the file.
# Usage: trace_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"

record() {
  seq 20000 | sed 's/$/ some words/' >text
  "$program" run "${executor[@]}" text --workers "${1-3}" --epoch-lines 1000 --trace run.tmt >report
}

case_a_run_leaves_a_trace_that_says_what_it_was() {
  record
  grep -qx 'trace     run.tmt' report || fail "$(cat report)"
  "$program" trace info run.tmt >info
  grep -q '^tidemark: 3 workers in 1 processes' info || fail "$(cat info)"
  grep -qx 'outcome: ended' info || fail "$(cat info)"
  grep -q "^dataflow 0 'word count': .* timestamps tidemark::Epoch" info || fail "$(cat info)"
  "$program" trace info --json run.tmt >info.json
  grep -q '"outcome": "ended"' info.json || fail "$(cat info.json)"
}

case_a_run_is_replayed_from_its_trace() {
  record
  "$program" run text --epoch-lines 1000 --counts counts --replay run.tmt --trace again.tmt >report
  "$program" trace diff run.tmt again.tmt >diff
  grep -q '^they are the same: ' diff || fail "$(cat diff)"
  grep -qx "$(printf 'words\t20000')" counts || fail "$(head -n 3 counts)"
  head -n 100 text >other && mv other text
  expect_error "the part 'text' of input 'lines' does not give again what it gave" \
    "$program" run text --epoch-lines 1000 --replay run.tmt
  "$program" trace cut run.tmt part.tmt --from 10
  expect_error 'cannot be replayed' "$program" run text --epoch-lines 1000 --replay part.tmt
}

case_a_trace_is_exported_whole() {
  record
  events=$("$program" trace info --json run.tmt | awk '/"events":/ { print $2 + 0; exit }')
  "$program" trace export run.tmt >events.jsonl
  [[ $(wc -l <events.jsonl) -eq $events ]] || fail "$(wc -l <events.jsonl) of $events events"
  [[ $(sed -n '$=' events.jsonl) -gt 100 ]] || fail "hardly any event"
  grep -q '"kind":"batch".*"changes":\[{"at":' events.jsonl || fail "no batch"
  "$program" trace export --to csv run.tmt >events.csv
  head -n 1 events.csv | grep -q '^n,clock,kind,dataflow,worker,ledger,' || fail "$(head -n 1 events.csv)"
  "$program" trace export --to perfetto run.tmt >perfetto.json
  of() { grep -c "\"ph\":\"$1\"" perfetto.json; }
  [[ $(of B) -gt 0 && $(of B) -eq $(of E) ]] || fail "$(of B) slices begin, $(of E) end"
  [[ $(of s) -gt 0 && $(of s) -eq $(of f) ]] || fail "$(of s) arrows begin, $(of f) end"
  tail -n 1 perfetto.json | grep -qx ']}' || fail "no end"
  "$program" trace export --to shiviz run.tmt >shiviz.log
  grep -q '^worker[0-9]* {"worker' shiviz.log || fail "no vector clock"
  "$program" trace export --to dot run.tmt | grep -q '^digraph' || fail "no graph"
  expect_error 'x not in {csv,dot,jsonl,perfetto,shiviz}' "$program" trace export --to x run.tmt
}

case_a_trace_says_why_a_timestamp_could_still_appear() {
  record
  "$program" frontiers run.tmt --at 1 >before
  grep -q '^  count.in0 .* 0$' before || fail "$(cat before)"
  "$program" frontiers run.tmt >after
  [[ $(grep -c ' complete$' after) -eq $(($(wc -l <after) - 1)) ]] || fail "$(cat after)"
  "$program" pointstamps run.tmt --at 1 | grep -q 'capabilities: 3 at 0' || fail "no capabilities"
  "$program" why run.tmt --port count.in0 --at 1 >why
  grep -q '^0 can still appear at count.in0, because$' why || fail "$(cat why)"
  grep -q 'nothing comes before it: it is to be advanced or dropped$' why || fail "$(cat why)"
  grep -q 'from the beginning$' why || fail "$(cat why)"
  "$program" why run.tmt --port count.in0 | grep -qx 'all is complete at count.in0' ||
    fail "not complete at the end"
  "$program" why run.tmt --port count.in0 --at 1 --json | grep -q '"role": "begins"' || fail "no role"
  expect_error "no port 'cuont.in0'; the nearest are 'count.in0'" \
    "$program" why run.tmt --port cuont.in0
  expect_error "'x' is no timestamp there; one looks like 0" \
    "$program" why run.tmt --port count.in0 --time x
  expect_error 'has 1 ledgers, counted from 0, and none of number 4' \
    "$program" frontiers run.tmt --ledger 4
}

case_a_part_of_a_trace_is_asked_like_the_whole() {
  record
  last=$("$program" trace info --json run.tmt | awk '/"events":/ { print $2 + 0; exit }')
  middle=$((last / 2))
  "$program" trace cut run.tmt part.tmt --from $middle --to $((last - 5)) >said
  grep -qx "events $middle to $((last - 5)) of $last in part.tmt" said || fail "$(cat said)"
  for at in $middle $((middle + 20)) $((last - 5)); do
    for question in frontiers pointstamps 'why --port count.in0'; do
      # shellcheck disable=SC2086  # two words
      "$program" $question run.tmt --at $at --json | grep -v '"since"\|"by"\|"born"\|"moved"' >whole
      # shellcheck disable=SC2086
      "$program" $question part.tmt --at $at --json | grep -v '"since"\|"by"\|"born"\|"moved"' >part
      cmp whole part || fail "$question at $at"
    done
  done
  "$program" trace diff run.tmt part.tmt >diff
  grep -q "differ in event $((last - 4)):" diff || fail "$(cat diff)"
  "$program" trace diff run.tmt run.tmt | grep -qx "they are the same: $last events" || fail "self"
  expect_error 'both have the file' "$program" trace cut run.tmt ./run.tmt
}

case_a_trace_that_is_cut_or_none_is_told_in_a_sentence() {
  record
  head -c "$(($(wc -c <run.tmt) * 2 / 3))" run.tmt >cut.tmt
  "$program" trace info cut.tmt >info 2>stderr || fail "$(cat stderr)"
  grep -q "of 'cut.tmt' .* events can be read: it is cut in" stderr || fail "$(cat stderr)"
  grep -q 'does not say how the run ended' info || fail "$(cat info)"
  expect_error "'text' is no trace: it does not begin as one" "$program" trace info text
  expect_error "'nowhere.tmt' cannot be read: No such file" "$program" trace info nowhere.tmt
  expect_error 'cannot be written: No such file' "$program" run text --trace no/such/folder.tmt
}

case_why_names_the_capability_and_where_it_comes_from() {
  record
  # Before its end the input holds a capability, and at its own output there is no other cause.
  "$program" trace export run.tmt >events
  at=$(awk -F '"n":' '/"kind":"downgrade"/ && ++seen == 6 { split($2, n, ","); print n[1] }' events)
  "$program" why run.tmt --port lines.out0 --at "$at" >why
  grep -Eq "^  the oldest is lines.out0 at [0-9]+, since event [0-9]+, .* when it ran 'lines'$" why ||
    fail "$(cat why)"
  grep -Eq '^  capability [0-9]+ of worker [0-9]+: (born in event|there from)' why || fail "$(cat why)"
  "$program" why run.tmt --port lines.out0 --at "$at" --json | grep -q '"born": ' || fail "no birth"
}

case_what_was_not_asked_for_is_left_out_of_a_trace_which_says_so() {
  seq 20000 | sed 's/$/ some words/' >text
  "$program" run "${executor[@]}" text --epoch-lines 1000 --trace some.tmt --trace-only count \
    --trace-records 2 >report
  "$program" trace info some.tmt | grep -qx 'left out: what only other steps than count did' ||
    fail "$("$program" trace info some.tmt)"
  "$program" trace export some.tmt >events
  grep -q '"kind":"batch"' events || fail "no batches"
  grep -m 1 '"kind":"send"' events | grep -q '"first":\["[^"]*","[^"]*"\]' || fail "no records"
  "$program" run "${executor[@]}" text --trace late.tmt --trace-from 20min >report
  "$program" trace info late.tmt >info
  grep -q '^left out: what was before 1200' info || fail "$(cat info)"
  "$program" frontiers late.tmt | grep -q ' complete$' || fail "no state"
  expect_error '--trace-from requires --trace' "$program" run text --trace-from 1s
  "$program" run "${executor[@]}" text --trace none.tmt --trace-only cuont,count >report 2>stderr
  grep -qx "tidemark: no step is called 'cuont', of which the trace was to tell" stderr ||
    fail "$(cat stderr)"
}

case_a_run_that_does_what_it_should_gives_lint_nothing_to_say() {
  record
  "$program" lint run.tmt >findings
  # A worker may have had all the work, on a machine that is busy: that is told, and nothing else.
  grep -v '^  ' findings | grep -Ev '^nothing looks like a mistake$|worker that others wait for' &&
    fail "$(cat findings)"
  "$program" lint --json run.tmt | head -n 1 | grep -q '^\[' || fail "no JSON"
}

case_a_run_is_watched_in_place_on_a_terminal_and_in_lines_elsewhere() {
  mkfifo pipe said
  "$program" run "${executor[@]}" pipe --watch >report 2>said &
  exec 6<said 5>pipe
  printf 'one two\n' >&5
  read -r line <&6  # after five seconds
  exec 5>&-
  cat <&6 >/dev/null
  wait $!
  [[ $line == '5 s: lines: '*' records, '* ]] || fail "$line"
  command -v script >/dev/null || return 0
  seq 200000 >text
  script -qec "$program run ${executor[*]} text --watch >report" shown </dev/null >/dev/null
  grep -q 'runs/s  records/s  frontier' shown || fail "$(cat -v shown)"
  # What was drawn last is nothing.
  tail -c 200 shown | tr -d '\r' | grep -aq $'\033\\[J' || fail "$(tail -c 200 shown | cat -v)"
}

case_a_full_disk_ends_the_trace_or_the_run() {
  seq 100000 >text
  [[ -c /dev/full ]] || exit 0
  "$program" run "${executor[@]}" text --trace /dev/full >report 2>stderr || fail "$(cat stderr)"
  grep -q "'/dev/full' cannot be written: No space left on device; the run goes on" stderr ||
    fail "$(cat stderr)"
  grep -q '100000 words' report || grep -q 'words per second' report || fail "$(cat report)"
}

"$2"
