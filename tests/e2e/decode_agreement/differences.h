// The table of known differences: tests/data/decode_differences.tsv.
//
// A row is one fact: who else sees what differently, for which mnemonics, on which
// bytes it can be seen (one example for each mnemonic), and who is right by the
// manual. The bytes make every row testable on any machine: a row whose examples do
// not show the difference is an error.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace asmforge::agreement {

struct Difference {
  std::string oracle;    // "objdump" or "zydis"
  std::string field;     // "own-line", "text", "decodes", "size", "reads", "writes", "memory"
  std::string mnemonic;  // ours, without prefixes
  std::string detail;    // "+mxcsr": we have it, they do not; "-rsp": the other way round
  friend auto operator<=>(const Difference&, const Difference&) = default;
};

struct KnownDifference {
  Difference difference;
  std::vector<std::uint8_t> example;
  std::string right;  // "asmforge", the oracle's name, or "both"
  std::string reason;
};

// Where a difference was seen, and how often.
struct Sighting {
  std::uint64_t count = 0;
  std::string first;  // file, address and text
};

using Sightings = std::map<Difference, Sighting>;

// Tab-separated, "#" begins a comment. Prints to stderr and returns false when a
// row is malformed.
bool read_differences(const std::string& path, std::vector<KnownDifference>& out);

// "zydis reads call: -rip".
std::string to_string(const Difference& difference);

}  // namespace asmforge::agreement
