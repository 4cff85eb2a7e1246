// Counts the system calls of a process and its children in the kernel, through the
// tracepoint raw_syscalls:sys_enter: about 20 ns a call, nothing in the program itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace asmforge {

class SystemCallCounter {
 public:
  // Attach before the program starts, so that its threads are counted too.
  explicit SystemCallCounter(pid_t process);
  ~SystemCallCounter();
  SystemCallCounter(const SystemCallCounter&) = delete;
  SystemCallCounter& operator=(const SystemCallCounter&) = delete;

  // Why nothing is counted; empty when it is.
  [[nodiscard]] const std::string& unknown() const { return unknown_; }
  [[nodiscard]] std::optional<std::uint64_t> count() const;

 private:
  int event_ = -1;
  std::string unknown_;
};

}  // namespace asmforge
