#include "isa/no_return.h"

#include <algorithm>
#include <array>

namespace asmforge {
namespace {

constexpr std::array<std::string_view, 12> kNames{
    "_Exit",         "_Unwind_Resume", "__assert_fail",    "__cxa_bad_cast",
    "__cxa_rethrow", "__cxa_throw",    "__stack_chk_fail", "_exit",
    "abort",         "exit",           "longjmp",          "siglongjmp",
};

}  // namespace

bool is_no_return_name(std::string_view name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace asmforge
