#include "forge/tree_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include "base/leftovers.h"
#include "forge/project.h"

namespace asmforge {
namespace {

// In the environment of all that is started while the lock is held.
constexpr const char* kVariable = "ASMFORGE_TREE";
constexpr std::chrono::seconds kPatience{5};

Error failed_on(const std::string& path) {
  return cannot_write(path, std::error_code(errno, std::generic_category()));
}

}  // namespace

Result<TreeLock> TreeLock::take(const std::string& home, const std::string& tree) {
  const std::string path = home + "/lock";
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file.open()) return failed_on(path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::kUnavailable, fmt::format("another asmforge works in {}", home),
                 "wait until it is done, or stop it"};
  const bool left_behind = lseek(file.get(), 0, SEEK_END) > 0;
  if (left_behind) kill_leftovers(fmt::format("{}={}", kVariable, tree), kPatience);
  const std::string mark = fmt::format("{}\n", getpid());
  if (pwrite(file.get(), mark.data(), mark.size(), 0) < 0) return failed_on(path);
  setenv(kVariable, tree.c_str(), 1);
  return TreeLock(std::move(file));
}

TreeLock::~TreeLock() {
  if (!file_.open()) return;
  static_cast<void>(ftruncate(file_.get(), 0) == 0);
  unsetenv(kVariable);
}

}  // namespace asmforge
