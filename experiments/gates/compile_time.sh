#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Measures the CPU time that it takes to compile small programs, with the sources as they are and at
# an earlier commit, and fails where it has become too much.
set -euo pipefail

directory=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=experiments/gates/gate.sh
. "$directory/gate.sh"
unset CMAKE_CXX_COMPILER_LAUNCHER
export CCACHE_DISABLE=1  # where c++ is a link to it

help() {
  cat <<'TXT'
Measures the CPU time to compile small programs, optimised, now and at an earlier commit.

Usage: experiments/gates/compile_time.sh [OPTION...]

  --all                measure what `./dev test` builds, too, once: an hour or so
TXT
  option_help
}

take_options "$@"
all=no
for argument in "${rest[@]}"; do
  [[ $argument == --all ]] || die "there is no option '$argument'; see --help"
  all=yes
done
find_reference
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refuse SENTENCE: what the log says is wrong, and the end.
refuse() {
  grep -iE 'error|required from here' "$work/log" | cut -c 1-400 | head -n 20 >&2 ||
    tail -n 20 "$work/log" >&2
  die "$*"
}

# configure NAME TREE: a release build without ccache, in build/gates/compile-NAME.
configure() {
  cmake -S "$2" -B "$root/build/gates/compile-$1" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DTIDEMARK_CCACHE=OFF >"$work/log" 2>&1 || refuse "could not configure $2"
}

# Sets the array command_NAME to the words with which the build compiles hello.cpp, without its name
# and that of the result.
find_command() {
  local line
  line=$(awk -v file="/experiments/hello.cpp\"" '
    /^ *"command": / { command = $0 }
    /^ *"file": / && index($0, file) { print command }
  ' "$root/build/gates/compile-$1/compile_commands.json" |
    sed 's/^ *"command": "//; s/",$//; s/ -o .*//; s/\\\(.\)/\1/g')
  [[ -n $line ]] || die "the build of $1 has no command for experiments/hello.cpp"
  eval "command_$1=($line)"
}

# seconds COMMAND...: of the CPU; what the command says goes to $work/log.
seconds() {
  local TIMEFORMAT='%U %S'
  { time "$@" >"$work/log" 2>&1; } 2>&1 | awk '{ printf "%.3f", $1 + $2 }'
}

# compile NAME SOURCE [FLAG...]: the seconds it takes, with the command of NAME.
compile() {
  local -n command=command_$1
  (cd "$root/build/gates/compile-$1" && seconds "${command[@]}" "${@:3}" -c "$2" -o "$work/out.o")
}

# Writes a program with the reference's include paths: a header that is not where it is now lies in
# the folder of its module there.
for_reference() {
  local path
  cp "$1" "$2"
  while read -r path; do
    if [[ -f $reference_tree/$path ]]; then continue; fi
    [[ -f $reference_tree/${path%%/*}/${path##*/} ]] || die "$reference has no header like $path"
    sed -i "s|<tidemark/$path>|<tidemark/${path%%/*}/${path##*/}>|" "$2"
  done < <(sed -n 's|^#include <tidemark/\(.*\)>.*|\1|p' "$1")
}

configure now "$root"
configure "$reference" "$reference_tree"
find_command now
find_command "$reference"

# measure NAME SOURCE REFERENCE_SOURCE BAR [FLAG-NOW]: sets `ours` and `theirs`, the least of the
# runs, which take turns, and `apart`, the wider spread of the two. On a busy machine few runs are
# undisturbed: while the bar is missed it goes on, up to four times the runs.
measure() {
  local name=$1 source=$2 their_source=$3 bar=$4 run taken ours_all=() theirs_all=()
  shift 4
  for ((run = 0; run != 4 * runs; ++run)); do
    if ((run >= runs)) && holds "$ours" "$theirs" "$bar"; then break; fi
    taken=$(compile now "$source" "$@") || refuse "$name does not compile"
    ours_all+=("$taken")
    taken=$(compile "$reference" "$their_source") || refuse "$name does not compile at $reference"
    theirs_all+=("$taken")
    ours=$(least "${ours_all[@]}") theirs=$(least "${theirs_all[@]}")
  done
  apart=$(printf '%s\n' "$(spread "${ours_all[@]}")" "$(spread "${theirs_all[@]}")" |
    sort -g | tail -n 1)
}

table_head 'CPU seconds for'
measure hello.cpp "$root/experiments/hello.cpp" "$reference_tree/experiments/hello.cpp" 0.50
table_row hello.cpp seconds "$ours" "$theirs" "$apart" 0.50
if ((${apart%.*} >= 3)); then
  say "equal runs differ by $apart %: the machine is busy, and a ratio near its bar says nothing"
fi

our_sum=0 their_sum=0
for program in reading movement parcel track; do
  source=$directory/programs/$program.cpp flags=() label=$program.cpp
  for_reference "$source" "$work/$program.cpp"
  if [[ $program == parcel ]]; then  # at 12fb523 every record has to be copyable: its neighbour
    flags=(-DMOVE_ONLY) label="$label move-only"
  fi
  measure "$program.cpp" "$source" "$work/$program.cpp" - "${flags[@]}"
  table_row "$label" seconds "$ours" "$theirs" "$apart" -
  our_sum=$(awk -v a="$our_sum" -v b="$ours" 'BEGIN { print a + b }')
  their_sum=$(awk -v a="$their_sum" -v b="$theirs" 'BEGIN { print a + b }')
done
table_row 'these four' seconds "$our_sum" "$their_sum" 0 0.55

if [[ $all == yes ]]; then
  declare -A building
  for name in now "$reference"; do
    say "building all of $name ..."
    cmake --build "$root/build/gates/compile-$name" --target clean >/dev/null
    building[$name]=$(seconds cmake --build "$root/build/gates/compile-$name" --parallel "$(nproc)") ||
      refuse "the build of $name failed"
  done
  table_row 'all of ./dev test' seconds "${building[now]}" "${building[$reference]}" 0 0.60
fi
finish
