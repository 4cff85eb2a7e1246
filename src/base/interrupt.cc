#include "base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

namespace asmforge {
namespace {

constexpr int kInterruptedStatus = 130;
constexpr unsigned kGraceSeconds = 2;

std::atomic<bool> asked{false};
std::atomic<bool> patient{false};
std::atomic<bool> line_drawn{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

void end_now(int /*signal*/) {
  constexpr std::string_view kErase = "\r\x1b[K";
  if (line_drawn && write(STDERR_FILENO, kErase.data(), kErase.size()) < 0) {
  }  // the terminal is gone
  _exit(kInterruptedStatus);
}

void on_interrupt(int /*signal*/) {
  if (asked.exchange(true)) end_now(0);
  if (!patient) alarm(kGraceSeconds);
}

void on_closed_pipe(int /*signal*/) {}

// A handler and not SIG_IGN: handlers are reset in the programs that we start.
void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  // Without SA_RESTART, so that a blocked read or wait returns and can look.
  handle(SIGINT, on_interrupt, 0);
  handle(SIGTERM, on_interrupt, 0);
  handle(SIGALRM, end_now, 0);
  handle(SIGPIPE, on_closed_pipe, SA_RESTART);
}

bool interrupted() { return asked; }

const std::atomic<bool>& interrupt_flag() { return asked; }

void erase_line_when_ended(bool drawn) { line_drawn = drawn; }

void wait_for_work_when_interrupted() {
  patient = true;
  alarm(0);
}

}  // namespace asmforge
