// Which loops of a function have code at a place of the source, and as what it was inlined
// there.
//
//     10  for (i = 0; i < n; i++)            loop 0, with fill of 11 inlined
//     11    fill(rows[i]);
//
//     3   void fill(int *row) {
//     4     for (j = 0; j < m; j++)          loop 1: line 4, inlined at 11
//     5       row[j] = k;                    loop 1: line 5, inlined at 11
//
// A place that was inlined into the function twice belongs to two loops of one text: which of
// the two is meant nothing says, so it has no answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/audit_report.h"
#include "core/source_location.h"

namespace asmforge {

struct NamedPlace {
  std::string_view file;  // as the compiler named it
  std::uint32_t line = 0;
  std::uint32_t column = 0;  // 0 when unknown
};

class LoopPlaces {
 public:
  // Of the function of `loops`, which are all that it has.
  explicit LoopPlaces(std::vector<const LoopCode*> loops);

  // That the address, an instruction of that loop, is at these places.
  void add(const LoopCode& loop, std::uint64_t address, const SourceLocation& location);

  struct Answer {
    bool ambiguous = false;
    std::vector<LoopIndex> loops;          // the innermost that have code there
    std::vector<std::uint64_t> addresses;  // of that code, ascending; of outer loops too
    SourceFrame place;                     // its file as the debug information names it
  };
  // By line and column, which both must be known.
  [[nodiscard]] Answer at(const NamedPlace& place) const;
  // By the line alone, for what is known to be said of a loop; several loops with code of the
  // line are ambiguous even where one is in the other.
  [[nodiscard]] Answer on_line(const NamedPlace& place) const;

 private:
  [[nodiscard]] Answer find(const NamedPlace& place, bool by_column) const;
  struct Spot {
    std::uint32_t file = 0;  // into files_
    std::uint32_t column = 0;
    std::uint32_t inlined_at = 0;  // a number for all the frames around it
    const LoopCode* loop = nullptr;
    std::uint64_t address = 0;
  };
  [[nodiscard]] bool inside(LoopIndex inner, LoopIndex outer) const;
  std::uint32_t number_of_file(const SourceFrame& frame);

  std::vector<const LoopCode*> loops_;  // by their number
  std::vector<SourceFrame> files_;      // file and directory alone
  std::vector<std::string> paths_;      // of these, whole
  std::map<std::string, std::uint32_t> file_numbers_;
  std::map<std::string, std::uint32_t> outer_numbers_;
  std::unordered_map<std::uint32_t, std::vector<Spot>> by_line_;
};

// Whether a compiler's name for a file, from wherever it counts, may be of this one.
bool may_name_file(std::string_view name, std::string_view whole_path);
// The path as the frame has it, without "." and "..".
std::string whole_path(const SourceFrame& frame);

}  // namespace asmforge
