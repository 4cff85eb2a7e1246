// What a recorded build can tell: which programs it linked, from what, and how the
// objects were made.
//
//     NAME/capture.json      the steps
//     NAME/objects/<hash>    what they read, by content
//
// Written by capture_build.h, for making the same links again at other layouts.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "measure/layouts/build_step.h"

namespace asmforge {

struct Capture {
  std::string directory;             // NAME
  std::vector<std::string> command;  // of the build
  std::string built_in;              // its folder
  std::vector<LinkStep> links;       // one an output, in the order of the build
  std::vector<CompileStep> compiles;
  std::vector<SourceStep> sources;
  std::vector<std::string> notes;  // what could not be kept

  [[nodiscard]] std::string content_path(const std::string& hash) const {
    return directory + "/objects/" + hash;
  }
};

Result<Capture> open_capture(const std::string& directory);
Result<Done> write_capture(const Capture& capture);  // into its directory

// The link that made `program`: a path, the end of one, or a copy of it; "" is the only
// one that made a program or a shared library. The pointer is into `capture`.
Result<const LinkStep*> find_link(const Capture& capture, const std::string& program);

}  // namespace asmforge
