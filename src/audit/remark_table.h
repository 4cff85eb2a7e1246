// Which remarks explain a finding: a row a pass and, where only some of its remarks do, their
// name. What explains most comes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/remark.h"

namespace asmforge {

// What a remark has to be about.
enum class RemarkScope : std::uint8_t {
  kEvidence,  // one of the finding's instructions
  kCode,      // an instruction of the loop
  kLoop,      // the loop itself: its line is enough
  kNothing,   // it is never quoted
};

struct RemarkRow {
  std::string_view pass;
  std::string_view name;  // empty: all of the pass
  std::string_view word;  // that its message must have; may be empty
  RemarkScope scope = RemarkScope::kLoop;
  std::string_view except = {};  // a check whose findings it does not explain
};

bool is_of_quoted_pass(std::string_view pass);

// The row's number and the row; nothing for remarks that explain no finding: those of other
// passes, and those that say what was done.
struct RankedRow {
  std::size_t rank = 0;
  RemarkRow row;
};
std::optional<RankedRow> row_of(RemarkKind kind, std::string_view pass, std::string_view name,
                                std::string_view message);

}  // namespace asmforge
