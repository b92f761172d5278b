# SPDX-License-Identifier: Apache-2.0

# Compile settings every target of ours shares.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
  if(CMAKE_CXX_FLAGS_RELEASE STREQUAL "-O3 -DNDEBUG")
    set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG") # As Debian builds its packages.
  endif()
  find_program(KDB_CCACHE ccache)
  if(KDB_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${KDB_CCACHE})
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

if(KDB_SHARED)
  set(KDB_LIBRARY_TYPE SHARED)
else()
  set(KDB_LIBRARY_TYPE STATIC)
endif()
# Whether a shared libkdb hides what the public headers don't mark with KDB_API.
set(KDB_HIDDEN_VISIBILITY ON)

if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 20)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Programs leave out what they do not use of a static library.
add_compile_options("$<$<CONFIG:Release>:-ffunction-sections;-fdata-sections>")
add_link_options($<$<CONFIG:Release>:LINKER:--gc-sections>)

if(KDB_SANITIZE)
  add_compile_options(-fsanitize=${KDB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(KDB_SANITIZE MATCHES "undefined")
    # CAF 0.17.6 binds a reference to an empty tuple that isn't there when a function without further parameters is spawned as an
    # actor. That is in its headers, and so in our objects; a null pointer that is really used still crashes.
    add_compile_options(-fno-sanitize=null)
  endif()
  add_link_options(-fsanitize=${KDB_SANITIZE})
endif()

# kdb_target(<target>): our own code, as opposed to generated code: warnings on, and includes of what is not public start at the root of the tree.
function(kdb_target target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    $<$<BOOL:${KDB_WARNINGS_AS_ERRORS}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlaps in std::string concatenation that are not there (PR 105329).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Asio 1.74 looks for the coroutines that clang had before C++20.
    target_compile_definitions(${target} PRIVATE BOOST_ASIO_HAS_CO_AWAIT=1)
  endif()
endfunction()

# kdb_test_target(<target>): a program of tests, or a part of one, where the time to build counts for more than its speed. The library under test
# is optimised and checked in full; the tests themselves are not optimised, which takes half of the time under sanitizers, and are spared the
# checks of the undefined behaviour sanitizer that take longest to compile: of alignment and of types behind pointers, and of sizes, which the
# address sanitizer sees.
function(kdb_test_target target)
  kdb_target(${target})
  target_compile_options(${target} PRIVATE -O0)
  if(KDB_SANITIZE MATCHES "undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=alignment,object-size,vptr)
  endif()
endfunction()

# kdb_layer_target(<target>): our own code, part of a library that users link.
function(kdb_layer_target target)
  kdb_target(${target})
  if(KDB_HIDDEN_VISIBILITY)
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    if(NOT KDB_SHARED)
      target_compile_definitions(${target} PUBLIC KDB_STATIC)
    endif()
  endif()
endfunction()

# kdb_versioned(<target>): a library that is shared when libkdb is.
function(kdb_versioned target)
  set_target_properties(${target} PROPERTIES
    VERSION ${KDB_ABI}.${PROJECT_VERSION_MINOR}.${PROJECT_VERSION_PATCH} SOVERSION ${KDB_ABI} DEFINE_SYMBOL "" INSTALL_RPATH "\$ORIGIN")
  if(KDB_SHARED AND NOT KDB_SANITIZE)
    target_link_options(${target} PRIVATE LINKER:--no-undefined)
  endif()
endfunction()
