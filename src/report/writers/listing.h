// `asmforge show`: one function's assembly with its blocks, loops, sources and counts.
//
//       ; sum.c:4  for (size_t i = 0; i < n; i++)
//     / B2: loop 0, only, 3 instructions
//     | ; sum.c:5  s += a[i];
//     | 401140  add eax, dword ptr [rdi + 4*rcx]
//     | 401143  inc rcx
//     \ 401146  jne B2
//       401148  ret
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "core/function.h"
#include "core/profile.h"
#include "core/source_location.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct ListedInsn {
  std::string text;      // as a disassembler prints it
  std::string mnemonic;  // the first word of it, prefixes included
  std::string shown;     // the same with names in place of addresses
  std::string comment;   // what else is known: a string's text, a table's targets; may be empty
  std::string target;    // demangled name of what it calls, jumps or refers to; may be empty
};

struct Listing {
  const Binary* binary = nullptr;
  const Function* function = nullptr;
  const Cfg* cfg = nullptr;
  const Loops* loops = nullptr;
  std::string demangled;
  std::uint32_t number = kNoIndex;        // of the function in `list`; kNoIndex when not known
  std::vector<ListedInsn> insns;          // as many as Function::insns
  std::vector<SourceLocation> locations;  // the same; or empty when sources are not shown
  std::vector<std::uint64_t> counts;      // the same; or empty without a profile
  std::optional<ProfileSource> profile;
  std::optional<double> share;   // of the profile
  bool zero_is_unknown = false;  // no count does not mean that it never ran
  // The text of a frame's line, when its file can be read.
  std::function<std::optional<std::string>(const SourceFrame&)> source_text;
  // What the compiler made of the function before; empty unless it was asked for.
  std::string intermediate_form;          // "llvm", "mir"
  std::vector<std::string> intermediate;  // its lines
  std::vector<std::string> notes;
};

void write_listing(const Listing& listing, const Palette& palette, Output& out);
void write_listing_json(const Listing& listing, Output& out);

// "B3", the label of a block in text.
std::string block_label(BlockIndex block);

}  // namespace asmforge
