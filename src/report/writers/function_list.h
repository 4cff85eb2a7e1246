// `asmforge list`: the functions of a binary, one a row.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/function_summary.h"
#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct FunctionTotals {
  std::uint64_t functions = 0;
  std::uint64_t instructions = 0;
  std::uint64_t bytes = 0;
  std::uint64_t loops = 0;
  std::uint64_t calls = 0;
  std::uint64_t unresolved_jumps = 0;
  std::uint64_t undecoded_bytes = 0;

  void add(const FunctionSummary& function);
  void add(const FunctionTotals& more);
};

struct FunctionList {
  const Binary* binary = nullptr;
  std::uint32_t first_number = 0;     // of this member's function 0, in an archive
  std::vector<FunctionSummary> rows;  // in the order to print
  FunctionTotals total;               // of every function of the file
  FunctionTotals chosen;              // of those that the filter let through
  bool filtered = false;
  bool has_profile = false;
  std::uint64_t code_bytes = 0;            // of all executable sections
  std::uint64_t bytes_in_no_function = 0;  // of these
  std::vector<std::string> notes;
  std::function<std::string(const FunctionSummary&)> demangled;
};

// Several when the input is an archive: a table for each member, and totals of them all.
void write_function_lists(const std::vector<FunctionList>& lists, const Palette& palette,
                          Output& out);
void write_function_list_json(const std::vector<FunctionList>& lists, Output& out);

}  // namespace asmforge
