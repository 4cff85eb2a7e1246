// `asmforge init`: writes the project's first asmforge.toml from what lies in its folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/replace_file.h"
#include "base/text.h"
#include "cli/command.h"
#include "forge/find_build.h"
#include "forge/project.h"

namespace asmforge::commands {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory = ".";
};

Result<int> run(const Options& options, Session& session) {
  std::error_code failed;
  if (!fs::is_directory(options.directory, failed))
    return Error{ErrorCode::kBadInput, fmt::format("{}: is no folder", options.directory),
                 "name the project's folder"};
  const fs::path file = options.directory == "." ? fs::path(kProjectFile)
                                                 : fs::path(options.directory) / kProjectFile;
  if (fs::exists(fs::symlink_status(file, failed)))
    return Error{ErrorCode::kBadInput, fmt::format("{}: is there already", file.string()),
                 "edit it, or move it away"};
  const FoundBuild found = find_build(options.directory);
  AF_TRY(const Done written, replace_file(file.string(), project_template(found)));
  static_cast<void>(written);
  session.out.print("{}: written, for {}\n", file.string(),
                    found.system.empty() ? "a build that was not recognised"
                                         : fmt::format("a build with {}", found.system));
  for (const std::string& binary : found.binaries)
    session.out.print("  program {}\n", printable(binary));
  session.out.print(
      "next: mend its build command, say in [[workload]] what is to be fast, and try\n"
      "  asmforge ab HEAD~1 HEAD\n");
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FOLDER", options->directory, "The project's folder (this one)");
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command init{
    "init",
    "Write a first asmforge.toml for the project in this folder",
    setup,
    {},
    "Looks at what the folder holds (Cargo.toml, CMakeLists.txt, meson.build, a Makefile, "
    "programs\n"
    "that were built) and writes a commented asmforge.toml to be mended. Nothing is overwritten."};

}  // namespace asmforge::commands
