// Keeps one step of a build as it begins: what the tool was told, and what it will
// read, before it runs. Temporary files are gone afterwards, and the next build
// overwrites the others.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

struct StartedTool {
  std::string program;            // path
  std::vector<std::string> argv;  // with argv[0]
  std::string directory;
  std::vector<std::string> environment;  // all of it; little is kept
};

// Writes into `folder`: steps/<time>-<process>.json and objects/<hash>. Nothing when
// the call is none that matters. An assembler that reads its standard input gets a
// copy of it in place of it.
Result<Done> record_step(const StartedTool& tool, const std::string& folder);

}  // namespace asmforge
