# SPDX-License-Identifier: Apache-2.0

# -- what a host project must still find after it has added libkdb ------------------------------

foreach(component IN ITEMS client actors sqlite prometheus remote devnode)
  if(NOT TARGET kdb::${component})
    message(FATAL_ERROR "kdb::${component} is missing")
  endif()
endforeach()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  message(FATAL_ERROR "CMAKE_BUILD_TYPE was Debug and is '${CMAKE_BUILD_TYPE}'")
endif()
foreach(variable IN ITEMS CMAKE_CXX_STANDARD CMAKE_MODULE_PATH CMAKE_POSITION_INDEPENDENT_CODE CMAKE_EXPORT_COMPILE_COMMANDS CAF_FOUND)
  if(DEFINED ${variable} AND NOT "${${variable}}" STREQUAL "")
    message(FATAL_ERROR "${variable} is now '${${variable}}'")
  endif()
endforeach()
# With CAF 1 it comes from CAF's own package.
if(TARGET CAF::core AND NOT CAF_DIR)
  message(FATAL_ERROR "CAF::core belongs to the host")
endif()
