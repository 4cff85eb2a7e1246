// A linker's command line, understood as far as making the link again needs it.
//
//     ld -o prog -L obj main.o -lx @rest -T map.ld
//
// Response files are expanded, search folders made absolute, two-word forms of -l and
// -L joined, so that what is kept no longer depends on where or how it was written.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

// An argument that names a file which the linker reads.
struct LinkOperand {
  enum class Kind : std::uint8_t {
    kFile,     // an object, archive, shared library or script
    kLibrary,  // -lNAME, -l:FILE: to be searched for
    kText,     // of an option: a version script, a list of symbols
  };
  Kind kind = Kind::kFile;
  std::uint32_t argument = 0;  // index into LinkCommand::argv
  std::string prefix;          // what stands before the name: "-T", "--version-script="
  std::string name;            // absolute unless it is a library's
  bool static_only = false;    // behind -Bstatic
};

struct LinkCommand {
  std::vector<std::string> argv;  // without the linker itself and -flavor
  std::string output;             // absolute
  bool relocatable = false;       // -r: its output is another link's input
  std::vector<std::string> search_folders;
  std::vector<LinkOperand> operands;
};

// `directory` is where the linker ran. kBadInput when a response file cannot be read
// or is not meant for an ELF linker.
Result<LinkCommand> parse_link_command(const std::vector<std::string>& argv,
                                       const std::string& directory);

struct FoundLibrary {
  std::string path;
  bool in_search_folder = false;  // false: in one of those that GNU ld has built in
};
// Where the linker finds a kLibrary operand.
std::optional<FoundLibrary> find_library(const LinkCommand& command, const LinkOperand& operand);

// A text as GNU tools read response files: blanks, quotes, backslashes.
std::vector<std::string> split_response(std::string_view text);
// The same back: one argument a line.
std::string response_text(const std::vector<std::string>& arguments);

// `path` seen from `directory`.
std::string absolute_path(const std::string& path, const std::string& directory);

}  // namespace asmforge
