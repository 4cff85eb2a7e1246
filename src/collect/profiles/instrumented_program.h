// A copy of a program that counts which of its blocks run, made by llvm-bolt.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collect/profiles/counter_tables.h"
#include "core/function.h"
#include "core/result.h"

namespace asmforge {

struct CountedCode {
  std::uint64_t address = 0;  // in the program as it was
  std::uint64_t size = 0;     // as its symbol has it; 0: not known
  CountedFunction counted;
};

struct InstrumentedProgram {
  std::string path;  // of the copy, in the folder
  std::string tool;  // "llvm-bolt 19.1.7"
  std::vector<CountedCode> functions;
  std::uint32_t counters = 0;
  AddressRange counter_place;  // in the copy, at load base 0; whole pages
  // What leaves blocks otherwise than by edges is seen: with this false it is not known
  // how many calls did not come back.
  bool calls_are_watched = true;
};

struct InstrumentRequest {
  std::string program;                                 // path
  std::string folder;                                  // for the copy and for what it counts
  std::function<void(const std::string&)> on_command;  // told what is run; may be empty
};

// Each thread is to have counters of its own (native_counters/per_thread.c).
// kUnavailable without llvm-bolt 19, or when it cannot do it; kBadInput when the program
// is no x86-64 program or was linked without its relocations.
Result<InstrumentedProgram> instrument_program(const InstrumentRequest& request);

}  // namespace asmforge
