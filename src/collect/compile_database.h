// How a build compiled a file, from its compile_commands.json.
#pragma once

#include <string>

#include "collect/compile_command.h"
#include "core/result.h"

namespace asmforge {

struct DatabaseEntry {
  CommandLine command;
  std::string directory;  // where it is to be run
  std::string file;       // as the command names it
  std::size_t count = 1;  // entries for this file; this is the first
};

// `database` is the file, or the folder that holds it.
Result<DatabaseEntry> find_in_database(const std::string& database, const std::string& source);

}  // namespace asmforge
