#include "audit/remark_table.h"

#include <algorithm>
#include <array>

namespace asmforge {
namespace {

constexpr std::array kRows = {
    // "failed to move load with loop-invariant address because the loop may invalidate its value"
    RemarkRow{"licm", "", "", RemarkScope::kEvidence, "invariant-divide"},
    // "load of type i32 not eliminated because it is clobbered by store"
    RemarkRow{"gvn", "LoadClobbered", "", RemarkScope::kEvidence, "invariant-divide"},
    // Says nothing of what the loop is like: "interleaving is not beneficial"
    RemarkRow{"loop-vectorize", "InterleavingNotBeneficial", "", RemarkScope::kNothing},
    RemarkRow{"loop-vectorize", "InterleavingNotBeneficialAndDisabled", "", RemarkScope::kNothing},
    // "loop not vectorized: cannot identify array bounds"
    RemarkRow{"loop-vectorize", "", "", RemarkScope::kLoop},
    // "the optimizer was unable to perform the requested transformation"
    RemarkRow{"transform-warning", "", "", RemarkScope::kLoop},
    // "List vectorization was possible but not beneficial with cost 0 >= 0"
    RemarkRow{"slp-vectorizer", "", "", RemarkScope::kEvidence, "invariant-load-in-loop"},
    // "3 spills 1.5e+02 total spills cost generated in loop"; most speak of copies alone
    RemarkRow{"regalloc", "LoopSpillReloadCopies", "spill", RemarkScope::kLoop},
    RemarkRow{"regalloc", "LoopSpillReloadCopies", "reload", RemarkScope::kLoop},
    // "other will not be inlined into calls because its definition is unavailable"
    RemarkRow{"inline", "", "", RemarkScope::kCode},
    RemarkRow{"loop-unroll", "", "", RemarkScope::kLoop},
};

}  // namespace

bool is_of_quoted_pass(std::string_view pass) {
  return std::ranges::find(kRows, pass, &RemarkRow::pass) != kRows.end();
}

std::optional<RankedRow> row_of(RemarkKind kind, std::string_view pass, std::string_view name,
                                std::string_view message) {
  if (kind == RemarkKind::kPassed) return std::nullopt;
  for (std::size_t rank = 0; rank < kRows.size(); ++rank) {
    const RemarkRow& row = kRows[rank];
    if (row.pass != pass || (!row.name.empty() && row.name != name)) continue;
    if (message.find(row.word) == message.npos) continue;
    if (row.scope == RemarkScope::kNothing) return std::nullopt;
    return RankedRow{rank, row};
  }
  return std::nullopt;
}

}  // namespace asmforge
