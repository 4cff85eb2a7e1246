#include "mc/aarch64_facts.h"

#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrDesc.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <span>

#include "isa/aarch64.h"

namespace asmforge::aarch64 {
namespace {

constexpr std::uint8_t kNone = MemoryPlan::kNoOperand;

int tied_to(const llvm::MCInstrDesc& description, unsigned operand) {
  return description.getOperandConstraint(operand, llvm::MCOI::TIED_TO);
}

// The first number behind a '#' from `begin` on: "#8", "#0x10", "#-1".
std::optional<std::int64_t> number_in(std::string_view text, std::size_t begin) {
  const std::size_t mark = text.find('#', begin);
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string digits(text.substr(mark + 1));
  char* end = nullptr;
  const std::int64_t value = std::strtoll(digits.c_str(), &end, 0);
  return end == digits.c_str() ? std::nullopt : std::optional(value);
}

// Bytes of the element that the text's first arrangement names: 4 for "{ v2.4s, v3.4s }".
std::uint16_t element_bytes(std::string_view text) {
  std::size_t at = text.find('.');
  if (at == std::string_view::npos) return 0;
  ++at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  switch (at < text.size() ? text[at] : ' ') {
    case 'b': return 1;
    case 'h': return 2;
    case 's': return 4;
    case 'd': return 8;
    default: return 0;
  }
}

// v2.4s and q0 have several lanes, v2.1d, s0 and v2.s[1] one; z registers as many as there are.
bool names_lanes(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  const auto starts_word = [&](std::size_t i) {
    return i == 0 || text[i - 1] == ' ' || text[i - 1] == '{';
  };
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if ((text[i] == 'q' || text[i] == 'z') && starts_word(i) && digit(i + 1)) return true;
    if (text[i] != '.' || !digit(i + 1)) continue;
    // Two lanes or more of a size that a letter names; fmov d0, #1.5 has none.
    const bool one = text[i + 1] == '1' && !digit(i + 2);
    const std::size_t letter = digit(i + 2) ? i + 3 : i + 2;
    if (!one && letter < text.size() &&
        std::string_view("bhsdq").find(text[letter]) != std::string_view::npos)
      return true;
  }
  return false;
}

// The number of registers of ld2, st4, ld3r; 0 when there is none.
std::uint16_t structure_size(std::string_view mnemonic) {
  for (const char c : mnemonic)
    if (c >= '1' && c <= '4') return static_cast<std::uint16_t>(c - '0');
  return 0;
}

bool is_exclusive_store(std::string_view mnemonic) {
  return mnemonic.starts_with("stx") || mnemonic.starts_with("stlx");
}

// The main and the last part of a copy or a fill go by the flags that the first one left; cterm
// makes V of C.
bool goes_by_flags(std::string_view mnemonic) {
  return std::ranges::any_of(
      std::to_array<std::string_view>(
          {"cterm", "cpyfm", "cpyfe", "cpym", "cpye", "setm", "sete", "setgm", "setge"}),
      [&](std::string_view prefix) { return mnemonic.starts_with(prefix); });
}

Shape shape_of(std::string_view mnemonic, llvm::StringRef name, bool general) {
  const auto one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, mnemonic) != names.end();
  };
  if (general && one_of({"add", "adds", "sub", "subs"})) {
    if (name.ends_with("ri")) return Shape::kAddImmediate;
    if (name.ends_with("rs")) return Shape::kAddShifted;
    if (name.ends_with("rx") || name.ends_with("rx64")) return Shape::kAddExtended;
    return Shape::kPlain;
  }
  if (general && one_of({"and", "ands", "orr", "eor", "bic", "bics", "orn", "eon"})) {
    if (name.ends_with("ri")) return Shape::kLogicImmediate;
    return name.ends_with("rs") ? Shape::kLogicShifted : Shape::kPlain;
  }
  if (one_of({"movz", "movn", "movk"})) return Shape::kMoveWide;
  if (one_of({"ubfm", "sbfm", "bfm"})) return Shape::kBitfield;
  if (mnemonic == "extr") return Shape::kExtract;
  if (one_of({"csel", "csinc", "csinv", "csneg"})) return Shape::kSelect;
  if (one_of({"ccmp", "ccmn", "fccmp", "fccmpe", "fcsel"})) return Shape::kCompare;
  if (one_of({"madd", "msub", "smaddl", "smsubl", "umaddl", "umsubl"})) return Shape::kMultiply;
  if (one_of({"b.", "bc."})) return Shape::kBranchIf;
  if (general && one_of({"adr", "adrp"})) return Shape::kAddress;
  if (name == "HINT") return Shape::kHint;  // paciasp and its like are hints with another name
  if (mnemonic == "mrs") return Shape::kReadSystem;
  if (name == "MSR") return Shape::kWriteSystem;
  if (name == "RET") return Shape::kReturn;
  return Shape::kPlain;
}

}  // namespace

OpcodeTables::OpcodeTables(const llvm::MCInstrInfo& instructions,
                           const llvm::MCRegisterInfo& registers)
    : instructions_(instructions), registers_(registers), parts_(register_parts(registers)) {}

bool OpcodeTables::is_class(const llvm::MCInst& sample, unsigned operand,
                            std::string_view prefix) const {
  const auto infos = instructions_.get(sample.getOpcode()).operands();
  if (operand >= infos.size() || operand >= sample.getNumOperands() ||
      !sample.getOperand(operand).isReg() || infos[operand].RegClass < 0)
    return false;
  const auto& its_class = registers_.getRegClass(static_cast<unsigned>(infos[operand].RegClass));
  return std::string_view(registers_.getRegClassName(&its_class)).starts_with(prefix);
}

namespace {

// Where the memory operand stands in the text: from its bracket on. Lanes (v0.s[1]) and rows of
// matrices (za0h.b[w12, 0]) have no space before theirs; cpyp has two memory operands.
std::size_t bracket_of(std::string_view text) {
  const std::size_t first = text.find(" [");
  if (first == std::string_view::npos) return first;
  return text.find(" [", first + 1) == std::string_view::npos ? first + 1 : std::string_view::npos;
}

}  // namespace

void OpcodeTables::plan_memory(const llvm::MCInst& sample, const std::string& text,
                               const MnemonicFacts& rules, const Print& print,
                               OpcodeFacts& facts) const {
  const llvm::MCInstrDesc& description = instructions_.get(sample.getOpcode());
  MemoryPlan& plan = facts.memory;
  const auto count = static_cast<std::uint8_t>(sample.getNumOperands());
  const std::size_t open = bracket_of(text);
  if (open == std::string_view::npos) return;
  for (std::uint8_t i = 0; i < count; ++i)
    if (i >= description.getNumDefs() && is_class(sample, i, "GPR64sp")) plan.base = i;
  if (plan.base == kNone) return;  // a vector of addresses
  const std::size_t close = text.find(']', open);
  if (close == std::string::npos) return;
  plan.present = true;
  if (text.substr(close, 2) == "]!") plan.update = BaseUpdate::kBefore;
  if (text.substr(close, 2) == "],") plan.update = BaseUpdate::kAfter;

  const auto next = static_cast<std::uint8_t>(plan.base + 1);
  if (next < count && sample.getOperand(next).isReg()) {
    if (plan.update == BaseUpdate::kAfter) {
      plan.step = next;
      plan.step_is_bytes = true;
    } else {
      plan.index = next;
      if (next + 2 < count && sample.getOperand(next + 2).isImm())
        plan.scales = static_cast<std::uint8_t>(next + 2);
      else if (const auto shift = number_in(text.substr(0, close), open); shift && *shift < 8)
        plan.fixed_scale = static_cast<std::uint8_t>(1U << *shift);
    }
  } else if (next < count && sample.getOperand(next).isImm()) {
    (plan.update == BaseUpdate::kAfter ? plan.step : plan.displacement) = next;
    llvm::MCInst one = sample;
    one.getOperand(next).setImm(1);
    const std::string scaled = print(one);
    const std::size_t from = bracket_of(scaled);
    if (scaled.find("mul vl") != std::string::npos)
      plan.unit = 0;
    else if (from != std::string::npos)
      plan.unit = static_cast<std::uint16_t>(number_in(scaled, from).value_or(1));
  }

  // The register that is moved: not the one that an exclusive store's success goes to.
  std::uint8_t data = 0;
  const int moved_base = tied_to(description, plan.base);
  if (moved_base == 0 || is_exclusive_store(facts.mnemonic)) data = 1;
  plan.bytes = rules.bytes;
  const bool moves_register = data < plan.base && sample.getOperand(data).isReg();
  if (plan.bytes != 0 || !moves_register || rules.moves_tags || rules.memory == MemoryUse::kNone)
    return;
  const RegisterPart& moved = parts_[sample.getOperand(data).getReg()];
  const bool lane = text.find("}[") != std::string::npos;
  const bool replicated = facts.mnemonic.starts_with("ld") && facts.mnemonic.ends_with('r') &&
                          structure_size(facts.mnemonic) != 0;
  if (lane || replicated)
    plan.bytes = static_cast<std::uint16_t>(element_bytes(text) * structure_size(facts.mnemonic));
  else
    plan.bytes = static_cast<std::uint16_t>(moved.bits / 8 * moved.count * (rules.pair ? 2 : 1));
}

void OpcodeTables::plan_operands(const llvm::MCInst& sample, OpcodeFacts& facts) const {
  const llvm::MCInstrDesc& description = instructions_.get(sample.getOpcode());
  const MemoryPlan& memory = facts.memory;
  const auto infos = description.operands();
  const auto count =
      static_cast<std::uint8_t>(std::min<std::size_t>(sample.getNumOperands(), infos.size()));
  const int moved_base =
      memory.update == BaseUpdate::kNone ? -1 : tied_to(description, memory.base);
  const bool has_condition = facts.shape == Shape::kSelect || facts.shape == Shape::kCompare;
  if (has_condition) facts.condition = static_cast<std::uint8_t>(count - 1);
  if (facts.shape == Shape::kBranchIf) facts.condition = 0;

  std::vector<OperandPlan> plans;
  for (std::uint8_t i = 0; i < count; ++i) {
    if (i == moved_base || i == facts.condition || i == memory.displacement || i == memory.index ||
        (memory.step_is_bytes && i == memory.step))
      continue;
    if (memory.scales != kNone && i > memory.index) continue;
    if (memory.present && i == memory.base) {
      plans.push_back({OperandKind::kMemory, facts.classes.has(InsnClass::kLoad),
                       facts.classes.has(InsnClass::kStore), i});
      continue;
    }
    if (const int tied = tied_to(description, i); tied >= 0) {
      for (OperandPlan& plan : plans)
        if (plan.index == tied) plan.read = true;
      continue;
    }
    OperandPlan plan{.index = i};
    const bool written = i < description.getNumDefs();
    if (sample.getOperand(i).isReg()) {
      plan = {OperandKind::kRegister, !written, written, i};
    } else if (infos[i].OperandType == llvm::MCOI::OPERAND_PCREL) {
      const bool jumps = facts.classes.has_any(InsnClass::kJump | InsnClass::kCall);
      plan.kind = jumps ? OperandKind::kTarget : OperandKind::kMemory;
      plan.read = facts.classes.has(InsnClass::kLoad);
    } else {
      plan.kind = OperandKind::kImmediate;
    }
    plans.push_back(plan);
  }
  // Destinations first.
  const auto rank = [](const OperandPlan& plan) {
    if (!plan.written) return 2;
    return plan.kind == OperandKind::kRegister ? 0 : 1;
  };
  for (const int wanted : {0, 1, 2})
    for (const OperandPlan& plan : plans)
      if (rank(plan) == wanted && facts.operand_count < facts.operands.size())
        facts.operands[facts.operand_count++] = plan;
}

OpcodeFacts OpcodeTables::build(const llvm::MCInst& sample, std::string_view mnemonic,
                                const Print& print) const {
  const llvm::MCInstrDesc& description = instructions_.get(sample.getOpcode());
  const llvm::StringRef name = instructions_.getName(sample.getOpcode());
  const MnemonicFacts rules = facts_of_mnemonic(mnemonic);
  const std::string text = print(sample);
  const bool general = is_class(sample, 0, "GPR");

  OpcodeFacts facts;
  facts.mnemonic = mnemonic;
  facts.shape = shape_of(mnemonic, name, general);
  facts.classes = rules.classes;
  if (general) facts.operation = rules.operation;
  // adr of SVE adds vectors.
  if (rules.classes.has(InsnClass::kLea) && facts.shape != Shape::kAddress) facts.classes = {};
  facts.subtracts = mnemonic.starts_with("sub");

  const auto infos = description.operands();
  const bool literal = infos.size() == 2 && infos[1].OperandType == llvm::MCOI::OPERAND_PCREL &&
                       (mnemonic == "ldr" || mnemonic == "ldrsw" || mnemonic == "prfm");
  if (literal) facts.shape = Shape::kLiteral;
  const bool addresses = literal || text.find(" [") != std::string::npos;
  if (addresses && !facts.classes.has_any(InsnClass::kString | InsnClass::kLea)) {
    const MemoryUse use = rules.memory;
    const bool as_llvm_says = use == MemoryUse::kAsLlvmSays;
    const bool read = as_llvm_says ? description.mayLoad()
                                   : use == MemoryUse::kRead || use == MemoryUse::kReadWrite;
    const bool written = as_llvm_says ? description.mayStore()
                                      : use == MemoryUse::kWrite || use == MemoryUse::kReadWrite;
    if (read) facts.classes |= InsnClass::kLoad;
    if (written) facts.classes |= InsnClass::kStore;
  }
  facts.sign_extends = facts.classes.has_all(InsnClass::kLoad | InsnClass::kExtend) &&
                       (mnemonic == "ldpsw" || mnemonic.find("rs") != std::string_view::npos);
  plan_memory(sample, text, rules, print, facts);
  if (literal && general)
    facts.memory.bytes = mnemonic == "ldrsw" ? 4 : parts_[sample.getOperand(0).getReg()].bits / 8;
  else if (literal && sample.getOperand(0).isReg())
    facts.memory.bytes = parts_[sample.getOperand(0).getReg()].bits / 8;
  plan_operands(sample, facts);

  for (const auto r : description.implicit_uses()) facts.implicit_reads |= parts_[r].set;
  for (const auto r : description.implicit_defs()) facts.implicit_writes |= parts_[r].set;
  facts.sets_flags = facts.implicit_writes.contains(kNzcv);
  // Only those of the random numbers do, and the system register tells; smstart does not.
  if (facts.shape == Shape::kReadSystem || name.starts_with("MSRpstate"))
    facts.implicit_writes.erase(kNzcv);
  // Linux answers in x0.
  if (mnemonic == "svc") facts.implicit_writes.insert(kX0);
  if (goes_by_flags(mnemonic)) facts.implicit_reads.insert(kNzcv);
  if (names_lanes(text)) facts.classes |= InsnClass::kVector;
  return facts;
}

}  // namespace asmforge::aarch64
