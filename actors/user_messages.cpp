#include <kdb/actors.hpp>

// What messages that hold passwords look like in logs, also in CAF's own.
namespace kdb {

namespace {

constexpr const char* hidden = "***";

} // namespace

std::string to_string(const create_user& what) {
  return "create_user(" + what.login_name + ", " + hidden + ", " + what.options.full_name + ')';
}

std::string to_string(const change_password& what) {
  return "change_password(" + what.login_name + ", " + hidden + ", " + hidden + ')';
}

std::string to_string(const reset_password& what) {
  return "reset_password(" + what.login_name + ", " + hidden + ')';
}

} // namespace kdb
