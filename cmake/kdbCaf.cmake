# SPDX-License-Identifier: Apache-2.0

# Defines kdb::caf, the core of the C++ Actor Framework, and sets KDB_CAF_FOUND and KDB_CAF_VERSION.
#
# CAF 1 comes with a CMake package, which is taken where CMake finds one. CAF 0.17 has none, and Debian's has no .pc file either: it is searched
# for. This is not a find module and uses names of our own, because a FindCAF.cmake on the module path, or a target CAF::core made by us,
# would get in the way of a program that finds CAF in its own way. Such a program's CAF::core is used when it is there.
# KDB_CAF_ROOT names the prefix of the CAF to take, whatever else is installed.

set(KDB_CAF_FOUND FALSE)
set(KDB_CAF_MISSING "neither CAF 0.17.6 or a later 0.17 (Debian: libcaf-dev) nor CAF 1 is installed; KDB_CAF_ROOT names its prefix")

if(NOT TARGET kdb::caf AND NOT TARGET CAF::core)
  if(KDB_CAF_ROOT)
    find_package(CAF CONFIG QUIET COMPONENTS core PATHS "${KDB_CAF_ROOT}" NO_DEFAULT_PATH)
  else()
    find_package(CAF CONFIG QUIET COMPONENTS core)
  endif()
  if(NOT TARGET CAF::core)
    # Not a word of that to a program that finds CAF in its own way.
    unset(CAF_FOUND)
    if(NOT CAF_DIR)
      unset(CAF_DIR CACHE)
    endif()
  endif()
endif()
if(TARGET kdb::caf)
  set(KDB_CAF_FOUND TRUE)
elseif(TARGET CAF::core)
  add_library(kdb::caf INTERFACE IMPORTED GLOBAL)
  target_link_libraries(kdb::caf INTERFACE CAF::core)
  get_target_property(KDB_CAF_INCLUDE_DIR CAF::core INTERFACE_INCLUDE_DIRECTORIES)
  if(CAF_VERSION)
    set(KDB_CAF_VERSION "${CAF_VERSION}")
    get_target_property(KDB_CAF_LIBRARY CAF::core LOCATION)
  endif()
  if(CAF_VERSION VERSION_GREATER_EQUAL 0.18 AND CAF_VERSION VERSION_LESS 1)
    set(KDB_CAF_MISSING "CAF in ${CAF_DIR} is ${CAF_VERSION}; libkdb works with 0.17.6 and later 0.17, and with 1. KDB_CAF_ROOT names the prefix of another one")
  else()
    set(KDB_CAF_FOUND TRUE)
  endif()
else()
  find_path(KDB_CAF_INCLUDE_DIR NAMES caf/actor_system.hpp HINTS "${KDB_CAF_ROOT}" PATH_SUFFIXES include)
  find_library(KDB_CAF_LIBRARY NAMES caf_core HINTS "${KDB_CAF_ROOT}" PATH_SUFFIXES lib)
  mark_as_advanced(KDB_CAF_INCLUDE_DIR KDB_CAF_LIBRARY)
  if(KDB_CAF_INCLUDE_DIR AND KDB_CAF_LIBRARY)
    # #define CAF_VERSION 1706 stands for 0.17.6.
    file(STRINGS "${KDB_CAF_INCLUDE_DIR}/caf/config.hpp" kdb_caf_line REGEX "^#define CAF_VERSION [0-9]+$")
    string(REGEX REPLACE "[^0-9]" "" kdb_caf_number "${kdb_caf_line}")
    if(kdb_caf_number)
      math(EXPR kdb_caf_major "${kdb_caf_number} / 10000")
      math(EXPR kdb_caf_minor "(${kdb_caf_number} / 100) % 100")
      math(EXPR kdb_caf_patch "${kdb_caf_number} % 100")
      set(KDB_CAF_VERSION "${kdb_caf_major}.${kdb_caf_minor}.${kdb_caf_patch}")
    else()
      set(KDB_CAF_VERSION "unknown")
    endif()
    if(KDB_CAF_VERSION VERSION_GREATER_EQUAL 0.17.6 AND KDB_CAF_VERSION VERSION_LESS 0.18)
      find_package(Threads QUIET)
      add_library(kdb::caf UNKNOWN IMPORTED GLOBAL)
      set_target_properties(kdb::caf PROPERTIES
        IMPORTED_LOCATION "${KDB_CAF_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${KDB_CAF_INCLUDE_DIR}")
      target_link_libraries(kdb::caf INTERFACE Threads::Threads)
      set(KDB_CAF_FOUND TRUE)
    else()
      set(KDB_CAF_MISSING "CAF in ${KDB_CAF_INCLUDE_DIR} is ${KDB_CAF_VERSION}; libkdb works with 0.17.6 and later 0.17, and with 1. KDB_CAF_ROOT names the prefix of another one")
    endif()
  endif()
endif()
