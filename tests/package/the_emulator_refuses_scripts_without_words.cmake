# A script that the program gladia-emulator cannot use ends it with a word on why.
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

if(NOT (EMULATOR AND EMULATOR_PROGRAM))
  return()
endif()

function(expect_refusal script words)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${PREFIX}/${LIBDIR}
      ${PREFIX}/bin/gladia-emulator --script ${script}
    TIMEOUT 60 RESULT_VARIABLE status ERROR_VARIABLE message)
  if(NOT status EQUAL 2 OR NOT message MATCHES "${words}")
    message(FATAL_ERROR "${script}: ended with ${status}, saying: ${message}")
  endif()
endfunction()

set(script ${WORK}/script.txt)
foreach(text IN ITEMS "" " \n\n")
  file(WRITE ${script} "${text}")
  expect_refusal(${script} "holds no words")
endforeach()
# root may read everything
file(CHMOD ${script} PERMISSIONS OWNER_WRITE)
execute_process(COMMAND test -r ${script} RESULT_VARIABLE unreadable)
if(unreadable)
  expect_refusal(${script} "cannot be read")
endif()
file(REMOVE ${script})
