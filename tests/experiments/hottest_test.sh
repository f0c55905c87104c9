#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program that operators/COMING.md shows, from outside.
# Usage: hottest_test.sh PROGRAM CASE, in any directory.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/program.sh"

case_each_hour_has_its_hottest_reading_and_what_is_late_is_kept_apart() {
  {
    echo station,time,degrees
    echo a,2026-07-01T10:05:00Z,21.5
    echo b,2026-07-01T10:10:00Z,19
    echo a,2026-07-01T10:55:00Z,24.25
    echo a,2026-07-01T11:04:00Z,23
    echo a,2026-07-01T10:58:00Z,25  # within ten minutes
    echo a,2026-07-01T11:30:00Z,22
    echo a,2026-07-01T10:59:00Z,40  # not
  } | sed 's/ *#.*//' >readings.csv
  "$program" readings.csv late.txt >hottest.txt
  [[ $(wc -l <hottest.txt) -eq 3 ]] || fail "$(cat hottest.txt)"
  grep -q '^(a, .*T10:00:00Z, .*T11:00:00Z.*10:58:00Z, 25' hottest.txt || fail "$(cat hottest.txt)"
  grep -q '^(a, .*T11:00:00Z, .*T12:00:00Z.*11:04:00Z, 23' hottest.txt || fail "$(cat hottest.txt)"
  grep -q '^(b, .*T10:00:00Z, .*T11:00:00Z.*10:10:00Z, 19' hottest.txt || fail "$(cat hottest.txt)"
  [[ $(wc -l <late.txt) -eq 1 ]] || fail "$(cat late.txt)"
  grep -q '^late: 2026-07-01T10:59:00Z before .*40' late.txt || fail "$(cat late.txt)"
}

"$2"
