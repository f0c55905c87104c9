# The README's program prints what the README says.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
foreach(line IN ITEMS "(the, 2)" "(tide, 1)" "(marks, 1)" "(shore, 1)")
  string(FIND "${printed}" "${line}\n" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "the README's program did not print ${line}, but:\n${printed}")
  endif()
endforeach()
