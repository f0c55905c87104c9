#!/usr/bin/env bash
# Feeds the fuzz targets with inputs that libFuzzer makes from the corpus kept here:
#
#     tests/fuzz/run.sh [--seconds N] [--runs N] [TARGET...]
#
# N seconds for each target (60), or N inputs. A crash, a leak, what takes 20 s or a gigabyte, and
# what a target demands in vain fail; the input that did it lies in build/fuzz, and is run again by
# build/fuzz/TARGET FILE. What libFuzzer finds worth keeping goes to build/fuzz/corpus/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."

limit=-max_total_time=60
targets=()
while (($#)); do
  case $1 in
    --seconds) limit=-max_total_time=$2 && shift ;;
    --runs) limit=-runs=$2 && shift ;;
    *) targets+=("$1") ;;
  esac
  shift
done
((${#targets[@]})) || targets=(capture codec csv json kafka trace)

# What is linked beside tests/fuzz/TARGET.cpp; what these files need for what no target calls is left
# out.
sources_of() {
  case $1 in
    capture) echo core/{type_name,system_reason}.cpp operators/captures/recording.cpp operators/file_error.cpp ;;
    codec) echo core/type_name.cpp ;;
    csv) echo operators/csv.cpp operators/sources/csv_reader.cpp ;;
    json) echo operators/sources/read_json.cpp ;;
    trace) echo core/{explanation,event_time,record_type,type_name,start_thread,error}.cpp \
      core/trace*.cpp core/trace/*.cpp core/replay.cpp progress/{check,graph_shape}.cpp -lz ;;
  esac
}

out=$PWD/build/fuzz
mkdir -p "$out/include/tidemark"
for module in progress core operators windowing; do
  ln -sfn "$PWD/$module" "$out/include/tidemark/$module"
done
ln -sfn "$PWD/tests" "$out/include/tests"

build() {
  # shellcheck disable=SC2046  # the names have no blanks
  clang++-16 -std=c++20 -g -O2 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -no-pie -Wl,--unresolved-symbols=ignore-all -I"$out/include" -isystem /usr/include/eigen3 \
    "tests/fuzz/$1.cpp" $(sources_of "$1") -o "$out/$1"
}

failed=()
for target in "${targets[@]}"; do
  [[ -f tests/fuzz/$target.cpp ]] || { echo "fuzz: there is no target '$target'" >&2; exit 2; }
  build "$target"
  mkdir -p "$out/corpus/$target"
  if "$out/$target" "$limit" -timeout=20 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$out/$target-" "$out/corpus/$target" "tests/fuzz/corpus/$target" \
    >"$out/$target.log" 2>&1; then
    echo "fuzz: $target: $(awk '/number_of_executed_units/ { print $2 }' "$out/$target.log") inputs"
  else
    tail -n 40 "$out/$target.log"
    failed+=("$target")
  fi
done
if ((${#failed[@]})); then
  echo "fuzz: failed: ${failed[*]}" >&2
  exit 1
fi
