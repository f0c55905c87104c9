# cmake -DCOMPILER=<path> -DHEADER=... -DFOLDERS=a|b -P precompile.cmake
# Makes HEADER.gch of g++, or HEADER.pch of clang, which compile_twice.cmake finds beside the header.
string(REPLACE "|" ";" folders "${FOLDERS}")
list(TRANSFORM folders PREPEND -I)
if(COMPILER MATCHES "clang[^/]*$")
  set(made ${HEADER}.pch)
else()
  set(made ${HEADER}.gch)
endif()
execute_process(
  COMMAND ${COMPILER} -std=c++20 ${folders} -x c++-header ${HEADER} -o ${made}
  COMMAND_ERROR_IS_FATAL ANY)
