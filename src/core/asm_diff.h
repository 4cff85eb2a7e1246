// How the instructions of two builds of one function line up, and what changed.
//
//     before                      after                       row
//     mov  ebx, edi               mov  r12d, edi              same (rbx is r12 there)
//     add  ebx, 1                 add  r12d, 2                operands: immediate
//                                 mov  esi, 1                 inserted
//     call 0x401100 <puts>        call 0x501230 <puts>        same
//
// Similarity is 1 - penalty / (100 * instructions of the longer side), never
// below 0. The penalties are those of asm-differ and objdiff, so that the figure
// means what people are used to:
//     an operand that is not a register (immediate, displacement, target, data)    1
//     a register                                                                   5
//     another instruction in the same place                                       60
//     an instruction that only one side has                                      100
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "core/register_set.h"

namespace asmforge {

inline constexpr std::uint32_t kPenaltyOperand = 1;
inline constexpr std::uint32_t kPenaltyRegister = 5;
inline constexpr std::uint32_t kPenaltyReplaced = 60;
inline constexpr std::uint32_t kPenaltyInsertedOrDeleted = 100;

enum class DiffRowKind : std::uint8_t {
  kSame,
  kRegisters,  // the same but for registers
  kOperands,   // the same instruction with other operands
  kReplaced,   // another instruction in its place
  kDeleted,    // only before
  kInserted,   // only after
};
std::string_view to_string(DiffRowKind kind);

// What differs in a row, a bit each.
enum class DiffChange : std::uint8_t {
  kRegister = 1u << 0,
  kImmediate = 1u << 1,
  kDisplacement = 1u << 2,  // of a memory operand; its scale or segment too
  kTarget = 1u << 3,        // of a jump or call
  kData = 1u << 4,          // the memory or literal that the operand points to
};

struct DiffRow {
  std::uint32_t before = kNoIndex;  // index into Function::insns; kNoIndex in an inserted row
  std::uint32_t after = kNoIndex;   // kNoIndex in a deleted row
  DiffRowKind kind = DiffRowKind::kSame;
  std::uint8_t changes = 0;   // bits of DiffChange; 0 unless kRegisters or kOperands
  std::uint16_t penalty = 0;  // sum over the row
  [[nodiscard]] bool changed(DiffChange c) const {
    return (changes & static_cast<std::uint8_t>(c)) != 0;
  }
};

// A register that plays another's part, in rows that are otherwise the same.
struct RegisterRename {
  Register before = kNoRegister;
  Register after = kNoRegister;
  std::uint32_t rows = 0;  // in how many rows
};

enum class CountedClass : std::uint8_t {
  kInstructions,
  kLoads,
  kStores,
  kCalls,
  kConditionalBranches,
  kJumps,  // unconditional ones
  kMultiplies,
  kDivides,
  kFloat,
  kVector,
  kMoves,  // copies between registers
  kStack,  // push and pop
};
inline constexpr std::size_t kCountedClasses = 12;
std::string_view to_string(CountedClass counted);

// Instructions by class; one instruction may count in several. Padding, which
// the diff ignores, is left out.
struct ClassCounts {
  std::array<std::uint64_t, kCountedClasses> values{};
  void add(const Insn& insn);
  ClassCounts& operator+=(const ClassCounts& o);
  [[nodiscard]] std::uint64_t of(CountedClass counted) const {
    return values[static_cast<std::size_t>(counted)];
  }
  friend bool operator==(const ClassCounts&, const ClassCounts&) = default;
};

struct AsmDiff {
  std::vector<DiffRow> rows;            // in order; every instruction but padding is in one
  std::vector<RegisterRename> renames;  // most rows first
  ClassCounts before;
  ClassCounts after;
  std::uint64_t penalty = 0;
  std::uint32_t differing_rows = 0;
  double similarity = 1.0;
  // Per instruction of each side its row; of padding the row of what follows it,
  // rows.size() at the end.
  std::vector<std::uint32_t> row_of_before;
  std::vector<std::uint32_t> row_of_after;
  // Per row, and for rows.size(), the next row that has both sides. Two places
  // correspond when these are equal: nothing that both sides have lies between.
  std::vector<std::uint32_t> next_matched;
  [[nodiscard]] bool same() const { return differing_rows == 0; }
};

}  // namespace asmforge
