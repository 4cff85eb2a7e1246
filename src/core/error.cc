#include "core/error.h"

#include <cstdio>
#include <cstdlib>

namespace asmforge {

Error Error::within(std::string_view context) const {
  return Error{code, std::string(context) + ": " + what, hint};
}

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
    case ErrorCode::kBadInput:
    case ErrorCode::kNotFound:
    case ErrorCode::kAmbiguous: return 2;
    case ErrorCode::kUnavailable: return 3;
    case ErrorCode::kInterrupted: return 130;
  }
  return 4;
}

void check_failed(const char* expression, const char* file, int line) {
  // _Exit and not abort: a broken promise must not leave a core file, and must
  // not run destructors over state that is known to be wrong.
  std::fprintf(stderr, "asmforge: internal error: %s at %s:%d; please report it with the input\n",
               expression, file, line);
  std::fflush(stderr);
  std::_Exit(4);
}

}  // namespace asmforge
