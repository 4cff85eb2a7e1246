// asmforge.toml: what a project is, as its people wrote it down.
//
//     [project]
//     build = "make -j2"
//     binaries = ["zstd"]
//     [[workload]]
//     name = "text"
//     command = "./zstd -b3 corpus/text"
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "core/result.h"
#include "core/trial.h"

namespace asmforge {

inline constexpr const char* kProjectFile = "asmforge.toml";
// What `init` writes where it found nothing.
inline constexpr const char* kLeftOpen = "CHANGE-ME";

struct ProjectWorkload {
  Workload workload;   // its arguments follow the program
  std::string binary;  // the program: one of Project::binaries
};

// Changes of the user's own that are to be tried.
struct Candidates {
  std::vector<std::string> patches;   // files
  std::vector<std::string> branches;  // branches or commits
  std::string command;                // edits the tree; empty: none
};

struct ForgeSettings {
  double budget_seconds = 600;  // of measuring, over all changes
  double floor = 0.005;         // gains below it are not kept
  double alpha = 0.01;
  std::vector<std::string> functions;  // to look at, '*' for any text; empty: all
  std::vector<std::string> forbid;     // transforms and files that are not to be touched
};

struct Project {
  std::string directory;              // where asmforge.toml lies; commands run there
  std::string build;                  // shell command
  std::string clean;                  // shell command, for the user's own folder; may be empty
  std::vector<std::string> binaries;  // what the build makes, from the directory
  std::vector<std::string> carry;     // what git ignores and the build needs, from the directory
  std::string check;  // shell command that judges $PROGRAM; empty: outputs are compared
  std::vector<ProjectWorkload> workloads;
  ForgeSettings forge;
  Candidates candidates;
};

// kBadInput with line and column for what is wrong in the file; kNotFound when there is
// none in `directory` or above it, up to the root of the file system.
Result<Project> find_project(const std::string& directory);
Result<Project> read_project(const std::string& path);

// What of .asmforge could not be written, and why: kUnavailable.
Error cannot_write(const std::string& path, const std::error_code& why);
// .asmforge in the project's folder, made when it is not there, and hidden from git.
Result<std::string> work_folder_of(const std::string& project_directory);

}  // namespace asmforge
