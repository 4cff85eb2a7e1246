// The command lines of compile steps: which make an object, and how the same step would
// write assembly, or read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace asmforge {

// Indices into the arguments of a call of `as`.
struct AssemblerCommand {
  std::optional<std::uint32_t> input;   // none: standard input
  std::optional<std::uint32_t> output;  // none: a.out
};
// nullopt when it assembles nothing we could make again: several inputs, --version.
std::optional<AssemblerCommand> parse_assembler_command(const std::vector<std::string>& argv);

struct ClangCommand {
  std::string output;      // as written, or as derived from the source's name
  std::uint32_t mode = 0;  // index of -c, or of -emit-obj of -cc1
};
// nullopt when the call makes no object of one source: links, several sources, -S, -E, -###.
std::optional<ClangCommand> parse_clang_command(const std::vector<std::string>& argv);

// What turns the call (arguments without the program) into one that writes assembly to
// `output` and nothing else: no dependency files.
std::vector<std::string> clang_to_assembly(const std::vector<std::string>& argv,
                                           const std::string& output);

// Assembles `input` for the target that the call had.
std::vector<std::string> clang_from_assembly(const std::vector<std::string>& argv,
                                             const std::string& input, const std::string& output);
// The same for a call of `as`.
std::vector<std::string> assembler_again(const std::vector<std::string>& argv,
                                         const std::string& input, const std::string& output);

}  // namespace asmforge
