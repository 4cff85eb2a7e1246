// Ctrl-C and closed pipes.
//
// The first Ctrl-C asks: long work sees interrupted() and stops, temporary files
// are removed. Two seconds later, or at the second Ctrl-C, the process ends
// anyway with status 130.
#pragma once

#include <atomic>

namespace asmforge {

// SIGINT and SIGTERM as above. SIGPIPE does nothing here, so that a closed pipe is
// seen as a failed write; programs that we start get its default back.
void install_signal_handlers();

[[nodiscard]] bool interrupted();
// The same for those who wait for others.
[[nodiscard]] const std::atomic<bool>& interrupt_flag();

// Whether a line stands on the terminal of standard error that must not be left behind
// when the process ends at once.
void erase_line_when_ended(bool drawn);

// For work that must end in order however long that takes, such as collecting
// what a profiled program has counted so far: only the second Ctrl-C ends it.
void wait_for_work_when_interrupted();

}  // namespace asmforge
