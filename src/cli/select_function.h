// Which function the user means.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/binary.h"
#include "core/result.h"

namespace asmforge {

struct FunctionRef {
  std::size_t binary = 0;      // index of the archive member; 0 for a plain file
  std::uint32_t function = 0;  // index into its Binary::functions
  friend bool operator==(const FunctionRef&, const FunctionRef&) = default;
};

// From the surest to the vaguest.
enum class NameMatch : std::uint8_t {
  kSymbol,     // the name in the symbol table, aliases too
  kDemangled,  // all of the demangled name
  kWholeName,  // the demangled name without its parameters
  kLastPart,   // its last component: "insert" of "ns::Table::insert(char)"
  kPart,       // anything else in it
};

struct FunctionMatch {
  FunctionRef ref;
  NameMatch how = NameMatch::kPart;
  std::string name;  // demangled
};

// The number `list` prints: functions in address order, member after member.
std::uint32_t number_of(std::span<const Binary> binaries, FunctionRef ref);

// The name to show for a function: demangled, or "sub_401000".
std::string display_name(const Binary& binary, std::uint32_t function);

// All that fit, surest first, then largest first. `wanted` is a symbol, a demangled
// name or a part of it. Demangles what may match on all cores.
std::vector<FunctionMatch> find_by_name(std::span<const Binary> binaries, std::string_view wanted);

// The one function that `wanted` means: a name as above, a number from `list`, or a
// 0x address in the function. Several: kAmbiguous, with the ranked list as hint; none:
// kNotFound, with what is spelled alike. One sure match goes before many vague ones.
Result<FunctionRef> select_function(std::span<const Binary> binaries, std::string_view wanted);

// Where the function lies that `wanted` means.
struct FunctionPlace {
  std::size_t binary = 0;
  std::uint64_t address = 0;  // in the function
  bool nameless = false;      // it must begin there and have no name
};

// The same choice from binaries opened without find_functions, when symbols are enough
// to make it; kNotFound when all functions must be known.
Result<FunctionPlace> select_in_symbols(std::span<const Binary> binaries, std::string_view wanted);

}  // namespace asmforge
