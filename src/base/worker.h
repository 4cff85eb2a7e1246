// A supervised worker: a fork of this process that runs code which may crash, hang
// or eat memory on hostile input, and answers requests over a socket.
//
// The worker has limits on address space, processor time and files; the parent
// waits with a deadline and kills. However the worker dies, the caller gets one
// sentence and goes on. See docs/adr/0002-supervised-worker.md.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace asmforge {

struct WorkerLimits {
  // Address space above what this process has mapped when the worker starts.
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;
  // Processor time of one request. The deadline normally comes first; this ends a
  // worker whose parent was stopped or killed.
  unsigned cpu_seconds = 30;
  // From sending a request to having read the whole answer.
  std::chrono::milliseconds deadline{10'000};
  std::size_t reply_bytes = std::size_t{64} << 20;
};

class Worker {
 public:
  // Answers one request. Runs in the worker, which can open no file (map what is
  // needed before), has no terminal, and prints into nothing.
  using Serve = std::function<std::string(std::string_view request)>;

  // Forks. `serve` may use what it holds and what it makes itself, and may take no
  // lock that another thread of ours could hold; then this is safe in a threaded
  // process: glibc hands the child a usable heap.
  static Result<Worker> start(const Serve& serve, const WorkerLimits& limits);

  ~Worker();  // kills it
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;

  // The answer, or how the worker ended, as the end of a sentence: "was killed
  // after 10 s", "crashed (SIGSEGV)". After an error every call returns it again.
  Result<std::string> ask(std::string_view request);

  [[nodiscard]] pid_t process_id() const;

 private:
  struct State;
  explicit Worker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace asmforge
