# cmake -DCOMPILER=... -DHEADER=... -DFOLDERS=a|b -P precompile.cmake
# Makes HEADER.gch, which compile_twice.cmake finds beside the header.
string(REPLACE "|" ";" folders "${FOLDERS}")
list(TRANSFORM folders PREPEND -I)
execute_process(
  COMMAND ${COMPILER} -std=c++20 ${folders} -x c++-header ${HEADER} -o ${HEADER}.gch
  COMMAND_ERROR_IS_FATAL ANY)
