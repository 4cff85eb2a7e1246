// Makes a captured link again with LLVM's linker: other contents for some inputs, other
// options, another output.
//
// GNU ld cannot order functions or shuffle them, so whichever linker the build used,
// ld.lld makes the layouts of both builds.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "measure/layouts/capture.h"

namespace asmforge {

// The arguments of `link` that ld.lld is given: with the inputs' paths replaced by
// `paths` (one an input), without output, plugins, maps and orders of functions.
std::vector<std::string> relink_arguments(const LinkStep& link,
                                          const std::vector<std::string>& paths);

class Relinker {
 public:
  // Puts names for the capture's inputs into `directory`. kUnavailable without ld.lld.
  // `link` must outlive this.
  static Result<Relinker> make(const Capture& capture, const LinkStep& link,
                               const std::string& directory, const std::atomic<bool>* interrupted);

  struct Change {
    std::map<std::size_t, std::string> inputs;  // index into LinkStep::inputs -> file
    std::vector<std::string> front;             // files and options before all others
  };
  // Links to `output`, which appears whole or not at all. Options that ld.lld does not
  // know are left out, from then on at once. From any thread.
  [[nodiscard]] Result<Done> link(const Change& change, const std::string& output) const;

  // Names what link() would make: equal for equal links.
  [[nodiscard]] std::string key(const Change& change) const;

 private:
  explicit Relinker(const LinkStep& link);
  [[nodiscard]] std::vector<std::string> arguments(const Change& change) const;

  const LinkStep* link_;
  std::string linker_;
  std::string directory_;
  std::vector<std::string> paths_;  // of the inputs
  struct Unknown;                   // options of ld.lld
  std::shared_ptr<Unknown> unknown_;
  const std::atomic<bool>* interrupted_ = nullptr;
};

}  // namespace asmforge
