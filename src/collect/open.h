// Opens what the user named: an executable, shared object, relocatable, or each
// member of an archive.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/result.h"

namespace asmforge {

struct OpenOptions {
  std::string debug_file;      // --debug-file; empty: found by build id or .gnu_debuglink
  bool find_functions = true;  // false leaves Binary::functions to symbols alone (fast: one lookup)
  std::string debug_root = "/usr/lib/debug";  // where packages install debug files
};

// One Binary for a plain file; one per object member of an archive, or the one
// member of "libx.a(y.o)". Members that are no objects are left out with a note.
Result<std::vector<Binary>> open_input(const std::string& path, const OpenOptions& options);

// Makes the function that holds `address`, of a Binary that was opened without
// find_functions, as complete as if all were known: finds its cold parts, and the
// functions without a symbol on which its control flow depends. Returns its index;
// nothing when only opening with find_functions can tell.
std::optional<std::uint32_t> complete_function(Binary& binary, std::uint64_t address);

// After all work is done: an error when the file changed since it was opened.
Result<Done> check_unchanged(const Binary& binary);

}  // namespace asmforge
