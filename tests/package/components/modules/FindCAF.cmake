# SPDX-License-Identifier: Apache-2.0

# How a project may find CAF where there is no CMake package of it.
find_path(CAF_INCLUDE_DIR NAMES caf/actor_system.hpp REQUIRED)
find_library(CAF_LIBRARY NAMES caf_core REQUIRED)
add_library(CAF::core UNKNOWN IMPORTED)
set_target_properties(CAF::core PROPERTIES IMPORTED_LOCATION "${CAF_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
set(CAF_FOUND_BY_THE_PROJECT TRUE)
set(CAF_FOUND TRUE)
