# SPDX-License-Identifier: Apache-2.0

# Finds protobuf by its CMake package, or where there is none (Debian 12 and 13) by CMake's own module.

macro(kdb_find_protobuf)
  if(NOT TARGET protobuf::libprotobuf)
    # The package first: gRPC's asks for it too, and it can't be read when the module has defined its targets.
    find_package(Protobuf CONFIG QUIET)
    if(NOT Protobuf_FOUND)
      find_package(Protobuf MODULE QUIET)
      if(TARGET protobuf::libprotobuf AND Protobuf_VERSION VERSION_GREATER_EQUAL 4.22)
        # From this version on generated code calls Abseil, which the module does not know; the .pc file does.
        find_package(PkgConfig QUIET)
        pkg_check_modules(KDB_PROTOBUF QUIET IMPORTED_TARGET GLOBAL protobuf)
        if(KDB_PROTOBUF_FOUND)
          target_link_libraries(protobuf::libprotobuf INTERFACE PkgConfig::KDB_PROTOBUF)
        endif()
      endif()
    endif()
  endif()
  if(NOT TARGET protobuf::libprotobuf)
    list(APPEND kdb_missing "Protobuf")
  endif()
endmacro()
