// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdb::golden {

/// Name of a gRPC status code as transcripts write it, such as `NOT_FOUND`; the number as text if it has none.
std::string status_code_name(int code);

/// Number of a status code's name. Throws `std::invalid_argument` if there is none.
int status_code_number(std::string_view name);

} // namespace kdb::golden
