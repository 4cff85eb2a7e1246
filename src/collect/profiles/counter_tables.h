// What llvm-bolt 19 says of the counters that it put into a program.
//
// It writes them for its own runtime library, as a note (.bolt.instr.tables):
//
//     u32 bytes, {u32 name, u32 offset}                 indirect calls
//     u32 bytes, {u32 name, u32 offset, u64 address}    where such calls may go
//     u32 bytes, for each function:
//         u32 n, {u32 node, u32 counter}                          blocks with a counter
//         u32 n, {place, u32 node, place, u32 node, u32 counter}  edges; ~0: no counter
//         u32 n, {place, u32 node, place, u32 counter, u64 address}       direct calls
//         u32 n, {u64 node, u64 address}                          entries
//     names; a place is {u32 name, u32 offset in the function}
//
// Offsets are those in the program as it was, addresses those in the program as it is.
// Nodes are numbered in the order of their addresses; blocks that were made for
// conditional tail calls come last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"

namespace asmforge {

struct CountedBlock {
  std::uint32_t node = 0;
  std::uint32_t counter = 0;
};

struct CountedEdge {
  std::uint32_t from_offset = 0;  // of the last instruction, from the function's start
  std::uint32_t from_node = 0;
  std::uint32_t to_offset = 0;
  std::uint32_t to_node = 0;
  std::optional<std::uint32_t> counter;  // before the last instruction when that is a call
};

struct CountedCall {
  std::uint32_t from_offset = 0;
  std::uint32_t from_node = 0;
  std::optional<std::uint32_t> counter;
};

struct CountedEntry {
  std::uint32_t node = 0;
  std::uint64_t address = 0;
};

struct CountedFunction {
  std::vector<CountedBlock> blocks;
  std::vector<CountedEdge> edges;
  std::vector<CountedCall> calls;
  std::vector<CountedEntry> entries;
};

struct CounterTables {
  std::vector<CountedFunction> functions;
  std::uint32_t counters = 0;  // one more than the highest number
};

// From the bytes of the section.
Result<CounterTables> read_counter_tables(std::span<const std::uint8_t> note);

}  // namespace asmforge
