#include "isa/aarch64.h"

#include <array>

namespace asmforge::aarch64 {
namespace {

enum class Saved : std::uint8_t { kByCaller, kByCallee, kByBoth };
using enum Saved;

struct RegisterRow {
  std::string_view name;
  int number;
  Saved saved;
};

constexpr RegisterRow kRows[] = {
    {"x0", kX0 + 0, kByCaller},
    {"x1", kX0 + 1, kByCaller},
    {"x2", kX0 + 2, kByCaller},
    {"x3", kX0 + 3, kByCaller},
    {"x4", kX0 + 4, kByCaller},
    {"x5", kX0 + 5, kByCaller},
    {"x6", kX0 + 6, kByCaller},
    {"x7", kX0 + 7, kByCaller},
    {"x8", kX0 + 8, kByCaller},
    {"x9", kX0 + 9, kByCaller},
    {"x10", kX0 + 10, kByCaller},
    {"x11", kX0 + 11, kByCaller},
    {"x12", kX0 + 12, kByCaller},
    {"x13", kX0 + 13, kByCaller},
    {"x14", kX0 + 14, kByCaller},
    {"x15", kX0 + 15, kByCaller},
    {"x16", kX0 + 16, kByCaller},  // stubs between caller and callee may write it, and x17
    {"x17", kX0 + 17, kByCaller},
    {"x18", kX0 + 18, kByCaller},  // the platform's; Linux leaves it to programs
    {"x19", kX0 + 19, kByCallee},
    {"x20", kX0 + 20, kByCallee},
    {"x21", kX0 + 21, kByCallee},
    {"x22", kX0 + 22, kByCallee},
    {"x23", kX0 + 23, kByCallee},
    {"x24", kX0 + 24, kByCallee},
    {"x25", kX0 + 25, kByCallee},
    {"x26", kX0 + 26, kByCallee},
    {"x27", kX0 + 27, kByCallee},
    {"x28", kX0 + 28, kByCallee},
    {"x29", kX29, kByCallee},
    {"x30", kX30, kByCaller},  // the call itself writes it
    {"sp", kSp, kByCallee},
    {"pc", kPc, kByCallee},
    {"nzcv", kNzcv, kByCaller},
    {"fpcr", kFpcr, kByCallee},
    {"fpsr", kFpsr, kByCaller},
    {"tpidr_el0", kThreadPointer, kByCallee},
    {"ffr", kFirstFault, kByCaller},
    {"vg", kVectorLength, kByCallee},
    {"za", kMatrix, kByBoth},
    {"zt0", kLookupTable, kByBoth},
    {"fpmr", kFp8Mode, kByCaller},
    {"v0", kVector0 + 0, kByCaller},
    {"v1", kVector0 + 1, kByCaller},
    {"v2", kVector0 + 2, kByCaller},
    {"v3", kVector0 + 3, kByCaller},
    {"v4", kVector0 + 4, kByCaller},
    {"v5", kVector0 + 5, kByCaller},
    {"v6", kVector0 + 6, kByCaller},
    {"v7", kVector0 + 7, kByCaller},
    {"v8", kVector0 + 8, kByBoth},
    {"v9", kVector0 + 9, kByBoth},
    {"v10", kVector0 + 10, kByBoth},
    {"v11", kVector0 + 11, kByBoth},
    {"v12", kVector0 + 12, kByBoth},
    {"v13", kVector0 + 13, kByBoth},
    {"v14", kVector0 + 14, kByBoth},
    {"v15", kVector0 + 15, kByBoth},
    {"v16", kVector0 + 16, kByCaller},
    {"v17", kVector0 + 17, kByCaller},
    {"v18", kVector0 + 18, kByCaller},
    {"v19", kVector0 + 19, kByCaller},
    {"v20", kVector0 + 20, kByCaller},
    {"v21", kVector0 + 21, kByCaller},
    {"v22", kVector0 + 22, kByCaller},
    {"v23", kVector0 + 23, kByCaller},
    {"v24", kVector0 + 24, kByCaller},
    {"v25", kVector0 + 25, kByCaller},
    {"v26", kVector0 + 26, kByCaller},
    {"v27", kVector0 + 27, kByCaller},
    {"v28", kVector0 + 28, kByCaller},
    {"v29", kVector0 + 29, kByCaller},
    {"v30", kVector0 + 30, kByCaller},
    {"v31", kVector0 + 31, kByCaller},
    {"p0", kPredicate0 + 0, kByCaller},
    {"p1", kPredicate0 + 1, kByCaller},
    {"p2", kPredicate0 + 2, kByCaller},
    {"p3", kPredicate0 + 3, kByCaller},
    {"p4", kPredicate0 + 4, kByBoth},  // saved by functions that take or return SVE values
    {"p5", kPredicate0 + 5, kByBoth},
    {"p6", kPredicate0 + 6, kByBoth},
    {"p7", kPredicate0 + 7, kByBoth},
    {"p8", kPredicate0 + 8, kByBoth},
    {"p9", kPredicate0 + 9, kByBoth},
    {"p10", kPredicate0 + 10, kByBoth},
    {"p11", kPredicate0 + 11, kByBoth},
    {"p12", kPredicate0 + 12, kByBoth},
    {"p13", kPredicate0 + 13, kByBoth},
    {"p14", kPredicate0 + 14, kByBoth},
    {"p15", kPredicate0 + 15, kByBoth},
};

constexpr auto names_by_number() {
  std::array<std::string_view, kRegisterCount> names{};
  for (const RegisterRow& row : kRows) names[row.number] = row.name;
  return names;
}
constexpr auto kNames = names_by_number();

constexpr RegisterSet not_saved_by(Saved who) {
  RegisterSet set;
  for (const RegisterRow& row : kRows)
    if (row.saved != who) set.insert(static_cast<Register>(row.number));
  return set;
}

constexpr RegisterSet run(Register first, int count) {
  RegisterSet set;
  for (int i = 0; i < count; ++i) set.insert(static_cast<Register>(first + i));
  return set;
}

constexpr Register kIntegerArguments[] = {0, 1, 2, 3, 4, 5, 6, 7};
constexpr Register kVectorArguments[] = {kVector0,     kVector0 + 1, kVector0 + 2, kVector0 + 3,
                                         kVector0 + 4, kVector0 + 5, kVector0 + 6, kVector0 + 7};
// x8 holds where a large result goes, x18 what Swift and the static chain put there; SVE passes
// predicates in p0 to p3.
constexpr RegisterSet kArguments =
    run(kX0, 9) | RegisterSet::of(kX18) | run(kVector0, 8) | run(kPredicate0, 4);
// Aggregates of up to four floating-point numbers and short vectors come back in v0 to v7 of SVE
// tuples.
constexpr RegisterSet kReturns = run(kX0, 8) | run(kVector0, 8) | run(kPredicate0, 4);

}  // namespace

std::string_view register_name(Register r) {
  return r < kNames.size() ? kNames[r] : std::string_view();
}

std::optional<Register> register_from_name(std::string_view name) {
  for (const RegisterRow& row : kRows)
    if (row.name == name) return static_cast<Register>(row.number);
  return std::nullopt;
}

const IsaFacts& facts() {
  static constexpr IsaFacts kFacts = {
      .stack_pointer = kStackPointer,
      .frame_pointer = kFramePointer,
      .program_counter = kPc,
      .status_flags = kNzcv,
      .link_register = kLinkRegister,
      .insn_alignment = 4,
      .register_count = kRegisterCount,
      .general = run(kX0, 32),
      .vectors = run(kVector0, 32),
      .predicates = run(kPredicate0, 16),
      .callee_saved = not_saved_by(kByCaller),
      .call_clobbered = not_saved_by(kByCallee),
      .changed_by_calling = RegisterSet::of(kPc),
      .argument_registers = kArguments,
      .return_registers = kReturns,
      .integer_arguments = kIntegerArguments,
      .vector_arguments = kVectorArguments,
      .results = RegisterSet::of(kX0),
      .rare_results = RegisterSet::of(kX0 + 1) | run(kVector0, 4),
      .register_name = &register_name,
      .addresses_by_pages = true,
      .narrowest_table_entry = 1,
  };
  return kFacts;
}

}  // namespace asmforge::aarch64
