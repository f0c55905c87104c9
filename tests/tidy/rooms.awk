# Checks the arrows between the parts of a module:
#   awk -v module=core -f rooms.awk core/README.md <source of core>...
#
# The table of the README whose last heading is "may include" has a row for each part: a room, named
# as its folder (`ledger/`), to which all files below it belong, or a group of headers, which it lists.
# A source outside of the rooms belongs to the part of its header. A part may include itself and the
# parts that its row names; these stand above it, so the arrows run one way.

function error(message) { print FILENAME ":" FNR ": error: " message }
function trimmed(text) { gsub(/^[ `]+|[ `]+$/, "", text); return text }

# The part of a file of the module, nothing if it has none. A path in a room gives the room.
function part_of(path) {
  if (match(path, /^[^\/]*\//)) path = substr(path, 1, RLENGTH)
  sub(/\.cpp$/, ".hpp", path)
  return path in part ? part[path] : ""
}

function add_file(path, to) {
  if (!(path in exists)) error("there is no " module "/" path)
  if (path in part) error(path " stands in two rows")
  part[path] = to
}

BEGIN {
  umbrella = module ".hpp"
  for (i = 2; i < ARGC; ++i) {
    path = substr(ARGV[i], length(module) + 2)
    exists[path] = 1
    if (match(path, /^[^\/]*\//)) exists[substr(path, 1, RLENGTH)] = 1
  }
}

# The table.
NR == FNR && !/^[|]/ { in_table = 0; next }
NR == FNR && !in_table {
  in_table = /[|] *may include *[|] *$/ ? "of parts" : "of something else"
  next
}
NR == FNR {
  if (in_table != "of parts" || /^[|] *-/) next
  columns = split($0, cell, "|") - 1
  name = trimmed(cell[2])
  count = split(cell[columns], others, ",")
  for (i = 1; i <= count; ++i) {
    other = trimmed(others[i])
    if (other != "" && !(other in is_part)) error("no row above has the part \"" other "\"")
    may_include[name, other] = 1
  }
  is_part[name] = 1
  if (name ~ /\/$/) { add_file(name, name); next }
  for (i = 3; i < columns; ++i)
    while (match(cell[i], /`[^`]+\.hpp`/)) {
      add_file(substr(cell[i], RSTART + 1, RLENGTH - 2), name)
      cell[i] = substr(cell[i], RSTART + RLENGTH)
    }
  next
}

# The sources.
FNR == 1 {
  own_path = substr(FILENAME, length(module) + 2)
  own = part_of(own_path)
  if (own == "" && own_path != umbrella) error("no row of " module "/README.md has this file")
}
/^[ \t]*#[ \t]*include[ \t]*"/ { error("include by <tidemark/" module "/...>") }
own != "" && /^[ \t]*#[ \t]*include[ \t]*</ {
  path = $0
  sub(/^[^<]*</, "", path)
  sub(/>.*/, "", path)
  if (index(path, "tidemark/" module "/") != 1) next
  path = substr(path, length("tidemark/" module "/") + 1)
  other = part_of(path)
  if (path == umbrella)
    error(umbrella " is for programs; include what is needed")
  else if (other != "" && other != own && !((own, other) in may_include))
    error("\"" own "\" may not include \"" other "\", says " module "/README.md")
}

END {
  for (name in is_part) exit
  print ARGV[1] ":1: error: there is no table of parts and what each may include"
}
