// A private folder for files that nobody shall see.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"

namespace asmforge {

class TempDir {
 public:
  // Beneath TMPDIR, or /tmp; readable by this user alone.
  static Result<std::shared_ptr<const TempDir>> create();
  ~TempDir();  // with all that is in it
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TempDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace asmforge
