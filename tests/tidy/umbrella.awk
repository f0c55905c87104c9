# Checks that nothing is missing from the umbrella header of a module:
#   awk -f umbrella.awk viz/viz.hpp <header of viz>...
#
# It names each header, in an #include or in a comment that says why not, but for inner ones: those
# that have nothing outside of tidemark::detail, and the rooms of core.

NR == FNR {
  while (match($0, /<tidemark\/[^>]*>/)) {
    named[substr($0, RSTART + 10, RLENGTH - 11)] = 1
    $0 = substr($0, RSTART + RLENGTH)
  }
  next
}
/^namespace tidemark [{]/ && !(FILENAME in named) && FILENAME !~ /^core\/.*\// {
  named[FILENAME] = 1
  print FILENAME ":" FNR ": error: " ARGV[1] " does not include it, nor say why"
}
