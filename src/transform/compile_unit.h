// How one source was compiled, as far as it tells how to read it:
//
//     cc1 -quiet -I include -D NDEBUG -dumpbase a.c a.c -O2 -o /tmp/cc1234.s
//     ->  -I include -D NDEBUG -O2 a.c
#pragma once

#include <string>
#include <vector>

namespace asmforge {

struct CompileUnit {
  std::string compiler;                // the driver; may be empty
  std::string directory;               // the compiler ran there
  std::string source;                  // as it was named there
  std::vector<std::string> arguments;  // that decide what the preprocessor and parser see
  std::string optimisation;            // "-O2"; empty: none was asked for
  // What would take back a flag that keeps the compiler from optimising: "-finline" for
  // -fno-inline.
  std::vector<std::string> taken_back;
};

// From the arguments of gcc's cc1, of clang's driver or of its -cc1; without a source when
// none of them is a C or C++ file.
CompileUnit compile_unit(const std::vector<std::string>& argv, const std::string& directory);

// Whether the unit's source is this file, an absolute path.
bool compiles(const CompileUnit& unit, const std::string& file);

}  // namespace asmforge
