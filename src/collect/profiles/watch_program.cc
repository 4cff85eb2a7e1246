#include "collect/profiles/watch_program.h"

#include <csignal>
#include <optional>
#include <thread>

#include "base/interrupt.h"

namespace asmforge {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{5};
constexpr std::chrono::milliseconds kNowAndThen{500};
constexpr std::chrono::seconds kGrace{3};  // after Ctrl-C, for its own clean-up

void kill_all(const RunningProgram& program, const WatchedFor& watched) {
  if (watched.others)
    for (const pid_t pid : watched.others()) kill(pid, SIGKILL);
  kill(program.pid(), SIGKILL);
}

}  // namespace

ProfiledRun watch_until_it_ends(RunningProgram& program, const WatchedFor& watched) {
  ProfiledRun run;
  const Clock::time_point start = Clock::now();
  Clock::time_point next = start + kNowAndThen;
  Clock::time_point interrupted_at;
  while (true) {
    if (const std::optional<Ending> ending = program.poll()) {
      run.ending = *ending;
      return run;
    }
    std::this_thread::sleep_for(kPause);
    const Clock::time_point now = Clock::now();
    if (watched.now_and_then && now > next) {
      watched.now_and_then();
      next = Clock::now() + kNowAndThen;
    }
    if (watched.timeout.count() != 0 && now - start > watched.timeout) {
      run.timed_out = true;
      kill_all(program, watched);
    }
    if (!interrupted()) continue;
    // Ctrl-C reached the program too; a signal sent to us alone did not.
    if (!run.interrupted) kill(program.pid(), SIGTERM);
    if (!run.interrupted) interrupted_at = now;
    run.interrupted = true;
    if (now - interrupted_at > kGrace) kill_all(program, watched);
  }
}

}  // namespace asmforge
