// What `show --llvm` and `show --mir` print: the function as its compiler had it before it
// chose instructions.
//
// A source is compiled as it is for the listing. Of a program the debug information names
// the source, and how that was compiled is known from what the user names: flags behind "--",
// a compile_commands.json, or the capture of the build. It is never guessed.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "collect/compile.h"
#include "collect/stream.h"
#include "core/result.h"

namespace asmforge {

struct IntermediateRequest {
  IntermediateForm form = IntermediateForm::kNone;
  std::string capture;  // --capture: the folder; may be empty
  bool verbose = false;
};

struct IntermediateLines {
  std::vector<std::string> lines;
  std::vector<std::string> notes;
};
Result<IntermediateLines> make_intermediate(const FunctionView& view,
                                            const IntermediateRequest& request,
                                            const InputOptions& input, Session& session);

}  // namespace asmforge
