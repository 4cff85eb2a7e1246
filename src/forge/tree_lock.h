// Nobody else works in a project's clone while this is held. Who dies with it leaves a mark,
// and whoever comes next ends what that one had started.
#pragma once

#include <string>
#include <utility>

#include "base/descriptor.h"
#include "core/result.h"

namespace asmforge {

class TreeLock {
 public:
  TreeLock() = default;
  // `home` is .asmforge. kUnavailable when another one holds it.
  static Result<TreeLock> take(const std::string& home, const std::string& tree);
  ~TreeLock();
  TreeLock(TreeLock&&) = default;
  TreeLock& operator=(TreeLock&&) = default;

 private:
  explicit TreeLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace asmforge
