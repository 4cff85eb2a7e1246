// What went wrong in the user's world, and what the user can do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asmforge {

// Each code has one exit status (docs/user/exit-codes.md).
enum class ErrorCode : std::uint8_t {
  kUsage,        // the command line is wrong                       exit 2
  kBadInput,     // the input is missing, malformed or hostile      exit 2
  kNotFound,     // no such function, loop, check                   exit 2
  kAmbiguous,    // the name fits several; candidates are printed   exit 2
  kUnavailable,  // this machine or budget cannot do it             exit 3
  kInterrupted,  // Ctrl-C                                          exit 130
};

struct Error {
  ErrorCode code = ErrorCode::kBadInput;
  std::string what;  // one sentence naming what and where, no trailing newline
  std::string hint;  // what to try; may be empty

  // Puts the caller's context in front: "reading a.o: bad magic".
  [[nodiscard]] Error within(std::string_view context) const;
};

// 2, 3 or 130, as the table above says.
int exit_status(ErrorCode code);

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace asmforge

// For what the code promises itself. Stays on in release builds; exit 4.
#define AF_CHECK(condition) \
  ((condition) ? (void)0 : ::asmforge::check_failed(#condition, __FILE__, __LINE__))
