// Records of comparisons: never a crash, whatever is read can be decided on, and what is
// written of it is read back as the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "report/writers/verdict.h"
#include "verdict/decide.h"
#include "verdict/read_trial.h"

using namespace asmforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<RecordedTrial> recorded = parse_trial({reinterpret_cast<const char*>(data), size});
  if (!recorded) return 0;
  const Trial& trial = recorded->trial;
  const Verdict verdict = decide(trial);
  std::string text;
  std::string told;
  {
    Output out(text);
    write_verdict_json(trial, verdict, out);
    Output terminal(told);
    write_verdict(trial, verdict, {}, terminal);
  }
  const Result<RecordedTrial> again = parse_trial(text);
  AF_CHECK(again.has_value() && again->trial == trial);
  AF_CHECK(again->kind == verdict.kind && again->reason == verdict.reason);
  // Nothing that a record says may move the cursor.
  AF_CHECK(told.find('\x1b') == std::string::npos);
  return 0;
}
