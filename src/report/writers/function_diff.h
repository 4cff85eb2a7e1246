// `asmforge diff -f`: two builds of one function, line by line.
//
//     sum(int const*, unsigned long)
//     before   old.o  401130, 12 instructions, 40 bytes
//     after    new.o  401140, 13 instructions, 44 bytes
//     similar  91.2 %, 2 of 13 rows differ: 1 operands, 1 inserted
//
//         ... 3 rows the same
//         L1:
//         401140  add eax, dword ptr [rdi + 4*rcx]
//       + 401154  imul eax, ebx
//       ~ 401143  cmp rcx, 8  -> cmp rcx, 16
#pragma once

#include <string>
#include <vector>

#include "core/asm_diff.h"
#include "core/binary_diff.h"
#include "core/function.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct FunctionDiffSide {
  std::string path;
  std::string demangled;
  const Function* function = nullptr;
  std::vector<std::string> text;   // per instruction, as a disassembler prints it
  std::vector<std::string> shown;  // with names, and the labels of rows, in place of addresses
};

// A place that jumps lead to, in one build or both.
struct DiffLabel {
  std::string name;  // empty: none here
  bool of_before = false;
  bool of_after = false;
};

struct FunctionDiff {
  const AsmDiff* diff = nullptr;
  FunctionDiffSide before;
  FunctionDiffSide after;
  bool exact = false;
  std::vector<DiffLabel> label_of_row;  // as many as rows
  std::vector<std::string> renames;     // "rbx -> r12", in the order of AsmDiff::renames
};

// `context`: rows that are the same around each difference.
void write_function_diff(const FunctionDiff& diff, std::size_t context, const Palette& palette,
                         Output& out);
void write_function_diff_json(const FunctionDiff& diff, Output& out);

// "98.7 %"; "100.0 %" only when nothing differs.
std::string similarity_text(double similarity);

// Counts by class side by side, those that are 0 in both left out.
void write_class_counts(const ClassCounts& before, const ClassCounts& after, const Palette& palette,
                        Output& out);

}  // namespace asmforge
