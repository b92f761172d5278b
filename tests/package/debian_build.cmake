# SPDX-License-Identifier: Apache-2.0

# Builds Debian packages in TREE with the flags of the tree under test. scripts/package does the same with those of Debian.

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

string(TOUPPER ${TYPE} type)
run(${CMAKE_COMMAND} -S . -B ${TREE} -G Ninja -DCMAKE_BUILD_TYPE=${TYPE} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS}
  "-DCMAKE_CXX_FLAGS_${type}=${TYPE_FLAGS}" -DCMAKE_INSTALL_PREFIX=/usr -DKDB_SHARED=ON -DKDB_BUILD_TESTS=OFF -DKDB_BUILD_SAMPLES=OFF
  -DKDB_BUILD_BENCHMARKS=OFF -DKDB_WARNINGS_AS_ERRORS=${WERROR})
set(ENV{CCACHE_BASEDIR} ${SOURCE})
set(ENV{CCACHE_NOHASHDIR} 1)
run(${CMAKE_COMMAND} --build ${TREE} --target installed --parallel 2)
file(REMOVE_RECURSE ${TREE}/packages)
execute_process(COMMAND cpack WORKING_DIRECTORY ${TREE} COMMAND_ERROR_IS_FATAL ANY)
