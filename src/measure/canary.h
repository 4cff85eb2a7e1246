// A loop of known length, run before each block on the processor that is measured on.
// When it takes longer than it does, so would the program: a lower frequency, a busy
// core neighbour, a hypervisor that gives less than before.
//
//     imul rax, rbx     one chain: nothing to overlap, no memory, no branches to miss
//     add  rax, 1
#pragma once

#include <cstddef>
#include <deque>

namespace asmforge {

// Compares each time with the ones before it, so that a machine that changes for good
// is strange once and then normal.
class CanaryHistory {
 public:
  // Whether `seconds` is off; then remembers it. The first few never are.
  bool off(double seconds);

 private:
  std::deque<double> recent_;
};

// Thread CPU time of the chain on that processor: the least of a few, so that an
// interrupt does not count. This thread goes back to where it was.
double time_canary(unsigned processor, bool pinned);

}  // namespace asmforge
