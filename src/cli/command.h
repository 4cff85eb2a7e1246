// The interface of a subcommand. One file in commands/ per command; the registry
// is generated from the folder.
//
//     Run setup(CLI::App& app) {
//       auto options = std::make_shared<Options>();
//       app.add_option("FILE", options->path, "...")->required();
//       return [options](Session& session) { return run(*options, session); };
//     }
//     extern const Command list{"list", "List the functions of a binary", setup};
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "report/output.h"

namespace CLI {
class App;
}

namespace asmforge {

// What a command is given besides its own options.
struct Session {
  std::vector<std::string> trailing;  // what followed `--`: a command, or a program's arguments
  bool has_trailing = false;          // `--` was there, even with nothing after it
  Output& out;                        // standard output: the answer
  Output& err;                        // standard error: notes, progress
};

// The exit status: 0 yes, 1 the answer is no. Errors carry their own status.
using Run = std::function<Result<int>(Session&)>;

struct Command {
  std::string_view name;
  std::string_view summary;     // one line, no full stop
  Run (*setup)(CLI::App& app);  // declares the options; what it returns runs after they are read
  // Initialised, for otherwise -Wextra misses them in commands that leave them out.
  std::string_view trailing = {};     // "-- COMPILER FLAGS": empty when `--` is not accepted
  std::string_view description = {};  // a paragraph for --help; may be empty
};

std::span<const Command* const> all_commands();
const Command* command_by_name(std::string_view name);

// The whole program: `arguments` without the program's own name.
int run_command_line(std::span<const std::string> arguments, Output& out, Output& err);

}  // namespace asmforge
