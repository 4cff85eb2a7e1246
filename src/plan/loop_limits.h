// Hot loops that nothing but another algorithm, or other data, makes faster: what they wait for
// is a chain of dependent operations, or memory.
//
//     while (node) { sum += node->value; node = node->next; }    waits for memory
//     for (...) hash = hash * 31 + text[i];                       a chain of multiplications
//
// From exact counts, samples of the same program's time, and the length of a cycle. Where these
// do not prove it, nothing is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/binary.h"
#include "core/finding.h"
#include "core/profile.h"
#include "graph/loop_chain.h"

namespace asmforge {

enum class LimitKind : std::uint8_t {
  kChain,   // the chain takes most of the loop's time
  kMemory,  // an iteration takes longer than all that the core could do in it
};

struct LoopLimit {
  Finding place;  // function and loop; no finding otherwise
  LimitKind kind = LimitKind::kChain;
  LoopChain chain;        // of kMemory one of loads, or none
  double time_share = 0;  // of the program's samples
  double cycles = 0;      // that an iteration took
};

struct LimitRequest {
  const Profile* counts = nullptr;   // exact
  const Profile* samples = nullptr;  // of the same program and work
  double samples_per_second = 0;     // of processor time
  double seconds_per_cycle = 0;
};

// The one with most time first.
std::vector<LoopLimit> loop_limits(const Binary& binary, const LimitRequest& request);

// "waits for memory: 310 cycles an iteration, where the address of a load comes from the load
// before"
std::string words_of(const LoopLimit& limit);

}  // namespace asmforge
