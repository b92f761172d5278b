// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/credentials.hpp"

#include "devnode/security/base64.hpp"

namespace kdb::inline v0::development {

std::optional<credentials> parse_authorization(std::string_view header) {
  for (std::string_view scheme : {"Basic ", "Bearer "}) {
    if (!header.starts_with(scheme))
      continue;
    auto text = from_base64(header.substr(scheme.size()));
    auto colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos)
      return std::nullopt;
    return credentials{text->substr(0, colon), text->substr(colon + 1)};
  }
  return std::nullopt;
}

} // namespace kdb::inline v0::development
