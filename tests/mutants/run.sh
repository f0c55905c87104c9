#!/usr/bin/env bash
# Puts the mistakes of tests/known_bugs.md back, one after the other, and sees that tests catch them.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

scratch=$PWD/build/mutants
tree=$scratch/tree
build=$scratch/build
limit=120  # seconds, for a test that hangs
passed='^All tests passed|^test cases: [0-9]+ . [0-9]+ passed$|^100% tests passed'

help() {
  cat <<'TXT'
tests/mutants/run.sh [NAME...]: applies each patch NAME.patch here, in a copy of the tree, builds the
tests that it names and runs them. At least one must fail, crash, or take two minutes. NAME may be
a folder (progress); without any, all are meant. What is built, and what was said last of each
mutant, is in build/mutants/.

A patch begins with lines that say what it is about:

    Mistake: what people do wrong, in a few words
    Test: core/wake_up_test.cpp: the sentence of a test that fails then

(of must_not_compile/CMakeLists.txt, too). It is an error if it does not apply or does not compile,
and if such a test fails without it. Make one by git diff, of a mistake in the sources as they are.
TXT
}

die() { printf 'mutants: %s\n' "$*" >&2; exit 2; }

# tests PATCH: `FILE: SENTENCE` of each test that it names.
tests() { sed -n '/^--- /q; s/^Test: //p' "$1"; }
# target FILE: the executable that has the tests of this file, and no others.
target() { local name=${1%.cpp}; echo "tidemark_test_mutants_${name//\//_}"; }

# compile TARGET...
compile() { ninja -C "$build" "$@" >"$scratch/log" 2>&1; }

# run FILE SENTENCE...: those tests of the file. Fails if one of them does.
run() {
  local file=$1
  shift
  if [[ $file == must_not_compile/* ]]; then
    local sentence
    for sentence; do
      timeout "$limit" ctest --test-dir "$build" --no-tests=error \
        -R "^must_not_compile[.]$sentence\$" >"$scratch/log" 2>&1 || return
    done
    return
  fi
  local names
  names=$(printf '%s*\n' "$@" | sed 's/[],"[\\]/\\&/g' | paste -sd ,)  # *: of a template, all
  timeout "$limit" "$build/tests/${file%%/*}/$(target "$file")" -a "$names" >"$scratch/log" 2>&1
}

# each_file PATCH COMMAND...: calls it as COMMAND FILE SENTENCE... for each file of tests, until one
# fails.
each_file() {
  local patch=$1 file sentences
  shift
  while read -r file; do
    mapfile -t sentences < <(tests "$patch" | sed -n "s|^$file: ||p")
    "$@" "$file" "${sentences[@]}" </dev/null || return
  done < <(tests "$patch" | sed 's/: .*//' | sort -u)
}

# What follows is given to each_file.
add_target() {
  local folder=${1%%/*} name libs
  name=$(target "$1")
  if [[ $folder == must_not_compile ]] || grep -qF "(${name#tidemark_test_} " \
    "$tree/tests/$folder/CMakeLists.txt"; then return; fi
  libs="tidemark::$folder nlohmann_json::nlohmann_json"
  echo "tidemark_test(${name#tidemark_test_} SOURCES ${1#*/} LIBS $libs)" \
    >>"$tree/tests/$folder/CMakeLists.txt"
}
build_target() { [[ $1 == must_not_compile/* ]] || compile "$(target "$1")"; }
check_sound() {
  build_target "$1" || { tail -n 30 "$scratch/log" >&2; die "$1 does not compile"; }
  local sentence
  for sentence in "${@:2}"; do
    if ! run "$1" "$sentence" || ! grep -Eq "$passed" "$scratch/log"; then
      die "without a mistake, too, this test fails, or there is none: $1: $sentence"
    fi
  done
}

# Prints what becomes of a patch.
outcome() {
  git apply --directory="${tree#"$PWD"/}" "$1" 2>"$scratch/log" || { echo "does not apply"; return; }
  if ! each_file "$1" build_target; then
    echo "does not compile"
  elif each_file "$1" run; then
    echo "SURVIVED"
  else
    echo "caught"
  fi
  git apply --directory="${tree#"$PWD"/}" -R "$1"
}

names=()
for name; do
  case $name in
    -h | --help) help; exit ;;
  esac
  name=${name%.patch}
  if [[ -d tests/mutants/$name ]]; then
    names+=(tests/mutants/"$name"/*.patch)
  elif [[ -f tests/mutants/$name.patch ]]; then
    names+=("tests/mutants/$name.patch")
  else
    die "there is no mutant '$name'; there are: $(cd tests/mutants && echo */*.patch)"
  fi
done
if (($# == 0)); then names=(tests/mutants/*/*.patch); fi

for patch in "${names[@]}"; do
  name=${patch#tests/mutants/}
  grep -qF "\`${name%.patch}\`" tests/known_bugs.md || die "tests/known_bugs.md does not name $name"
done
for name in $(grep -oE '`(progress|core|operators|windowing)/[a-z0-9-]+`' tests/known_bugs.md | tr -d '`'); do
  [[ -f tests/mutants/$name.patch ]] || die "tests/known_bugs.md names $name, and there is no such patch"
done

rm -rf "$scratch"
mkdir -p "$tree"
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$tree"
# Their tests are not to be listed whenever they are built: they are called by name here.
sed -i 's/^include(Catch)$/function(catch_discover_tests)\nendfunction()/' "$tree/tests/CMakeLists.txt"
for patch in "${names[@]}"; do each_file "$patch" add_target; done
(cd "$tree" && cmake --preset release -B "$build" -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
  -DTIDEMARK_BUILD_EXPERIMENTS=OFF -DTIDEMARK_WERROR=OFF) >"$scratch/log" ||
  { cat "$scratch/log" >&2; die "the copy cannot be configured"; }
for patch in "${names[@]}"; do each_file "$patch" check_sound; done

caught=0
for patch in "${names[@]}"; do
  start=$SECONDS
  result=$(outcome "$patch")
  name=${patch#tests/mutants/}
  name=${name%.patch}
  printf '%-60s %-16s %4d s\n' "$name" "$result" $((SECONDS - start))
  if [[ $result == caught ]]; then ((++caught)); fi
  mv "$scratch/log" "$scratch/${name//\//.}.log"
done
echo "mutants: $caught of ${#names[@]} caught"
((caught == ${#names[@]}))
