// What a compiler makes of a function before it chooses instructions: LLVM's IR of clang and
// rustc, as the code generator is given it, and rustc's MIR.
//
//     define dso_local void @scale(ptr nocapture noundef %0, i64 noundef %1, i32 noundef %2) {
//       %4 = icmp sgt i64 %1, 0
//       br i1 %4, label %5, label %13
//
// The source is compiled once more as it was, for its text in that form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/compile.h"
#include "collect/compile_command.h"
#include "core/result.h"

namespace asmforge {

// All of the source's functions in that form. Errors are those of compile_source; kUsage when
// the compiler has no such form.
struct IntermediateText {
  std::string text;
  std::string command;    // what was run, quoted for a shell
  std::string directory;  // where; empty: here
};
Result<IntermediateText> intermediate_text(const std::string& path, const CompileOptions& options,
                                           IntermediateForm form);

// The definition of one function: by its symbol in IR. Of MIR by the last part of its path,
// for MIR has no symbols: "scale" of "fn scale(" and of "fn <impl at a.rs:3:1: 3:9>::scale(";
// several fit then, and all are given. What debug information adds to IR is left out.
std::vector<std::string> definitions_in_llvm(std::string_view text, std::string_view symbol);
std::vector<std::string> definitions_in_mir(std::string_view text, std::string_view name);

}  // namespace asmforge
