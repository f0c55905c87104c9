# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# To be sourced: what the gates share, which measure the sources as they are beside an earlier
# commit. Needs git and that commit, so not a shallow clone without it.

root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
gate=$(basename "$0")
reference=12fb523
runs=3
json=
rest=()

die() { printf '%s: %s\n' "$gate" "$*" >&2; exit 2; }
say() { printf '%s: %s\n' "$gate" "$*" >&2; }

option_help() {
  cat <<'TXT'
  --reference COMMIT   what to measure beside (12fb523)
  --runs N             how often each is measured (3)
  --json FILE          write the table to FILE as a list of objects, too
  --help               print this

Exit status: 1 if a bar is missed, 2 if something could not be measured. What is built stays in
build/gates; `./dev clean` removes it.
TXT
}

# Takes what option_help lists from the arguments; the others go to `rest`. Calls `help`.
take_options() {
  while (($#)); do
    case $1 in
      --reference | --runs | --json)
        [[ -n ${2-} ]] || die "$1 wants a value; see --help"
        declare -g "${1#--}=$2"
        shift
        ;;
      -h | --help) help && exit ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  [[ $runs =~ ^[1-9][0-9]*$ ]] || die "--runs wants a number of at least 1, not '$runs'"
  if [[ -n $json ]]; then
    : >"$json" || die "cannot write to '$json'"  # before the work, not after it
    json=$(readlink -f "$json")
  fi
}

# Sets `reference` to the abbreviated commit and `reference_tree` to a folder with its sources.
find_reference() {
  local commit fresh
  commit=$(git -C "$root" rev-parse --quiet --verify "$reference^{commit}" 2>/dev/null) ||
    die "this checkout has no commit '$reference' (is it shallow? git fetch --unshallow)"
  reference=${commit:0:7}
  reference_tree=$root/build/gates/$reference
  if [[ -d $reference_tree ]]; then return; fi
  mkdir -p "$root/build/gates"
  fresh=$(mktemp -d "$root/build/gates/fresh.XXXXXX")
  git -C "$root" archive "$commit" | tar -C "$fresh" -x
  mv -T "$fresh" "$reference_tree"
}

# middle NUMBER...: their median, the upper one of an even number of them.
middle() { printf '%s\n' "$@" | sort -g | sed -n "$((1 + $# / 2))p"; }
least() { printf '%s\n' "$@" | sort -g | head -n 1; }
# spread NUMBER...: how far they lie apart, in hundredths of the least.
spread() {
  printf '%s\n' "$@" | sort -g |
    awk 'NR == 1 { least = $1 } END { printf "%.2f", 100 * ($1 / least - 1) }'
}

# holds NOW REFERENCE BAR: a BAR of - does always.
holds() { awk -v a="$1" -v b="$2" -v bar="$3" 'BEGIN { exit bar != "-" && a / b > bar + 0 }'; }

missed=0
objects=()

table_head() {
  printf '%-22s %12s %12s %8s %8s %6s\n' "$1" now "$reference" 'spread %' ratio bar
}

# table_row NAME UNIT NOW REFERENCE SPREAD BAR: BAR is - where none is asked for.
table_row() {
  local held='' ratio
  ratio=$(awk -v a="$3" -v b="$4" 'BEGIN { printf "%.4f", a / b }')
  if ! holds "$3" "$4" "$6"; then held=missed missed=1; elif [[ $6 != - ]]; then held=held; fi
  printf '%-22s %12.2f %12.2f %8s %8s %6s %s\n' "$1" "$3" "$4" "$5" "$ratio" "$6" "$held"
  objects+=("$(printf '{"name": "%s", "unit": "%s", "now": %s, "reference": %s, "commit": "%s", ' \
    "$1" "$2" "$3" "$4" "$reference")$(printf '"spread_percent": %s, "ratio": %s, "bar": %s}' \
    "$5" "$ratio" "${6/#-/null}")")
}

# Writes the JSON that was asked for and ends the script.
finish() {
  local IFS=,
  if [[ -n $json ]]; then printf '[%s]\n' "${objects[*]}" | sed 's/},{/},\n{/g' >"$json"; fi
  exit "$missed"
}
