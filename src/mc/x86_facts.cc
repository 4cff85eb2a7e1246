#include "mc/x86_facts.h"

#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrDesc.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>

#include <algorithm>
#include <cctype>

#include "isa/x86_64.h"
#include "mc/x86_text.h"
#include "mc/x86_x87.h"

namespace asmforge::x86_64 {
namespace {

// Fields of MCInstrDesc::TSFlags and operand types, from LLVM 19's
// lib/Target/X86/MCTargetDesc/X86BaseInfo.h, which is not installed.
constexpr unsigned kOpcodeMapShift = 13;
constexpr std::uint64_t kOpcodeMapMask = 0xf;  // 0: one-byte opcodes
constexpr unsigned kOpcodeShift = 31;
constexpr unsigned kEncodingShift = 29;
constexpr std::uint64_t kEncodingMask = 3;  // 0: legacy, no VEX, XOP or EVEX prefix
constexpr std::uint64_t kMasked = std::uint64_t{1} << 41;
constexpr std::uint64_t kZeroMasked = std::uint64_t{1} << 42;
constexpr std::uint64_t kLockBit = std::uint64_t{1} << 25;
constexpr unsigned kRoundingControlType = llvm::MCOI::OPERAND_FIRST_TARGET;
constexpr unsigned kConditionCodeType = llvm::MCOI::OPERAND_FIRST_TARGET + 1;
constexpr unsigned kAddressOperands = 5;

bool is_legacy(const llvm::MCInstrDesc& description) {
  return ((description.TSFlags >> kEncodingShift) & kEncodingMask) == 0;
}

// d0 and d1: shifts by one, which no operand says.
bool shifts_by_one(const llvm::MCInstrDesc& description) {
  const auto opcode = static_cast<std::uint8_t>(description.TSFlags >> kOpcodeShift);
  return opcode == 0xd0 || opcode == 0xd1;
}

MemoryForm form_of(unsigned operand_count) {
  switch (operand_count) {
    case kAddressOperands: return MemoryForm::kAddress;
    case 3: return MemoryForm::kTwo;
    case 1: return MemoryForm::kDestination;
    default: return MemoryForm::kSource;
  }
}

}  // namespace

// The explicit operands in LLVM's order, before the text says how they are written.
struct OpcodeTables::Draft {
  OpcodeFacts facts;
  std::vector<OperandPlan> plans;
};

OpcodeTables::OpcodeTables(const llvm::MCInstrInfo& instructions,
                           const llvm::MCRegisterInfo& registers)
    : instructions_(instructions), parts_(register_parts(registers)) {
  for (unsigned r = 1; r < parts_.size(); ++r) {
    if (parts_[r].full == kNoRegister) continue;
    std::string name = registers.getName(r);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "st0") by_text_.emplace("st", r);
    if (name.size() == 3 && name.starts_with("st")) name = std::string("st(") + name.back() + ")";
    by_text_.emplace(std::move(name), r);
  }
}

namespace {

// Reads, writes, memory and immediates of the explicit operands, each once.
void list_explicit_operands(const llvm::MCInst& sample, const llvm::MCInstrDesc& description,
                            OpcodeFacts& facts, std::vector<OperandPlan>& plans) {
  const auto infos = description.operands();
  for (unsigned i = 0; i < sample.getNumOperands() && i < infos.size(); ++i) {
    const int tied = description.getOperandConstraint(i, llvm::MCOI::TIED_TO);
    if (tied >= 0) {
      for (OperandPlan& plan : plans)
        if (plan.index == tied) plan.read = true;
      continue;
    }
    OperandPlan plan;
    plan.index = static_cast<std::uint8_t>(i);
    const unsigned type = infos[i].OperandType;
    if (type == llvm::MCOI::OPERAND_MEMORY) {
      unsigned end = i;
      while (end < infos.size() && infos[end].OperandType == llvm::MCOI::OPERAND_MEMORY) ++end;
      facts.memory_index = plan.index;
      facts.memory_form = form_of(end - i);
      if (facts.memory_form == MemoryForm::kSource && sample.getOperand(i).isImm())
        facts.memory_form = MemoryForm::kOffset;
      plan.kind = OperandKind::kMemory;
      plans.push_back(plan);
      if (facts.memory_form == MemoryForm::kTwo) plans.push_back(plan);
      i = end - 1;
      continue;
    }
    if (type == kConditionCodeType) {
      facts.condition_index = plan.index;
      continue;
    }
    if (type == kRoundingControlType) continue;
    if (sample.getOperand(i).isReg()) {
      plan.kind = OperandKind::kRegister;
      plan.written = i < description.getNumDefs();
      plan.read = !plan.written;
    } else if (type == llvm::MCOI::OPERAND_PCREL) {
      plan.kind = OperandKind::kTarget;
    } else {
      plan.kind = OperandKind::kImmediate;
      facts.immediate_index = plan.index;
    }
    plans.push_back(plan);
  }
}

// lea alone has an address whose parts LLVM does not mark as memory.
void list_lea_operands(OpcodeFacts& facts, std::vector<OperandPlan>& plans) {
  facts.memory_index = 1;
  facts.memory_form = MemoryForm::kAddress;
  plans = {{.kind = OperandKind::kRegister, .written = true, .index = 0},
           {.kind = OperandKind::kMemory, .index = 1}};
}

}  // namespace

// Puts the operands in the order of the text, and adds the registers that only
// the text names: "shl eax, cl", "add eax, 500", "stosb byte ptr es:[rdi], al".
void OpcodeTables::place_operands(const llvm::MCInst& sample, std::string_view text,
                                  Draft& draft) const {
  std::vector<OperandPlan> waiting = std::move(draft.plans);
  std::vector<OperandPlan> placed;
  const auto take = [&](auto fits) {
    const auto found = std::ranges::find_if(waiting, fits);
    if (found == waiting.end()) return false;
    placed.push_back(*found);
    waiting.erase(found);
    return true;
  };
  for (const TextOperand& word : text_operands(text)) {
    if (word.kind == TextOperand::Kind::kMemory) {
      take([](const OperandPlan& p) { return p.kind == OperandKind::kMemory; });
    } else if (word.kind == TextOperand::Kind::kNumber) {
      take([](const OperandPlan& p) {
        return p.kind == OperandKind::kImmediate || p.kind == OperandKind::kTarget;
      });
    } else if (const auto found = by_text_.find(std::string(word.text)); found != by_text_.end()) {
      const unsigned number = found->second;
      const auto names = [&](unsigned operand) {
        // A pair of mask registers prints as its first one.
        return operand == number ||
               (parts_[operand].set.size() > 1 && parts_[operand].full == parts_[number].full);
      };
      const bool is_explicit = take([&](const OperandPlan& p) {
        return p.kind == OperandKind::kRegister && names(sample.getOperand(p.index).getReg()) &&
               word.text != "st";
      });
      if (is_explicit) continue;
      OperandPlan fixed{.kind = OperandKind::kRegister};
      fixed.fixed_register = static_cast<std::uint16_t>(number);
      const llvm::MCInstrDesc& description = instructions_.get(sample.getOpcode());
      fixed.read = std::ranges::count(description.implicit_uses(), number) != 0;
      fixed.written = std::ranges::count(description.implicit_defs(), number) != 0;
      // Segment registers, which LLVM lists neither way.
      if (!fixed.read && !fixed.written)
        (text.starts_with("pop") ? fixed.written : fixed.read) = true;
      placed.push_back(fixed);
    }
  }
  // What does not print, such as the predicate of cmpltps, comes last.
  placed.insert(placed.end(), waiting.begin(), waiting.end());
  OpcodeFacts& facts = draft.facts;
  facts.operand_count = static_cast<std::uint8_t>(std::min(placed.size(), facts.operands.size()));
  std::copy_n(placed.begin(), facts.operand_count, facts.operands.begin());
}

namespace {

void use_memory(MemoryUse use, bool exchange, const llvm::MCInstrDesc& description,
                OpcodeFacts& facts) {
  bool read = description.mayLoad();
  bool written = description.mayStore();
  if (use != MemoryUse::kAsLlvmSays) {
    read = use == MemoryUse::kRead || use == MemoryUse::kReadWrite;
    written = use == MemoryUse::kWrite || use == MemoryUse::kReadWrite;
  }
  if (facts.memory_form == MemoryForm::kNone) return;
  // A move stores when its destination is memory, and loads when it is not.
  if (facts.classes.has(InsnClass::kMove) && !facts.classes.has(InsnClass::kString) && !exchange &&
      facts.operand_count >= 2) {
    written = facts.operands[0].kind == OperandKind::kMemory;
    read = !written;
  }
  if (read) facts.classes |= InsnClass::kLoad;
  if (written) facts.classes |= InsnClass::kStore;
  unsigned seen = 0;
  for (OperandPlan& plan : std::span(facts.operands).first(facts.operand_count)) {
    if (plan.kind != OperandKind::kMemory) continue;
    // movs writes its first memory operand and reads its second.
    const bool two = facts.memory_form == MemoryForm::kTwo;
    plan.read = read && (!two || !written || seen == 1);
    plan.written = written && (!two || seen == 0);
    ++seen;
  }
}

// A segment selector and an offset: FARCALL32m, LGS64rm.
std::uint16_t bytes_of_far_pointer(llvm::StringRef name) {
  if (!name.starts_with("FAR") && !name.starts_with("LFS") && !name.starts_with("LGS") &&
      !name.starts_with("LSS"))
    return 0;
  return name.contains("64") ? 10 : name.contains("32") ? 6 : 4;
}

void find_zero_idiom_sources(const llvm::MCInst& sample, OpcodeFacts& facts) {
  if (facts.memory_form != MemoryForm::kNone) return;
  for (const OperandPlan& plan : std::span(facts.operands).first(facts.operand_count)) {
    if (plan.kind != OperandKind::kRegister || !plan.read || plan.fixed_register != 0) {
      if (plan.kind == OperandKind::kImmediate) return;
      continue;
    }
    if (!sample.getOperand(plan.index).isReg()) return;
    facts.first_source = facts.second_source;
    facts.second_source = plan.index;
  }
}

}  // namespace

OpcodeFacts OpcodeTables::build(const llvm::MCInst& sample, std::string_view mnemonic,
                                std::string_view text) const {
  const llvm::MCInstrDesc& description = instructions_.get(sample.getOpcode());
  const bool one_byte = ((description.TSFlags >> kOpcodeMapShift) & kOpcodeMapMask) == 0;
  const MnemonicFacts rules = facts_of_mnemonic(mnemonic, one_byte && is_legacy(description));

  Draft draft;
  OpcodeFacts& facts = draft.facts;
  facts.classes = rules.classes;
  facts.operation = rules.operation;
  facts.ignores_address = rules.ignores_address;
  const llvm::StringRef name = instructions_.getName(sample.getOpcode());
  facts.is_prefix = name.ends_with("_PREFIX");
  facts.stands_alone = name == "LOCK_PREFIX" || name == "XACQUIRE_PREFIX" ||
                       name == "XRELEASE_PREFIX" || name == "REP_PREFIX" || name == "REPNE_PREFIX";
  facts.is_lock_prefix = name == "LOCK_PREFIX";
  facts.is_repeat_prefix = name == "REP_PREFIX" || name == "REPNE_PREFIX";
  facts.shifts_by_one = one_byte && is_legacy(description) &&
                        facts.classes.has(InsnClass::kShift) && shifts_by_one(description);
  facts.counts_in_rcx_when_repeated = facts.classes.has(InsnClass::kString);
  facts.atomic_with_memory = mnemonic == "xchg";

  if (rules.classes.has(InsnClass::kLea))
    list_lea_operands(facts, draft.plans);
  else
    list_explicit_operands(sample, description, facts, draft.plans);
  place_operands(sample, text, draft);
  use_memory(rules.memory, mnemonic == "xchg", description, facts);
  facts.memory_bytes = bytes_of_mnemonic(mnemonic);
  if (facts.memory_bytes == 0) facts.memory_bytes = bytes_of_pointer(text);
  if (facts.memory_bytes == 0) facts.memory_bytes = bytes_of_far_pointer(name);

  for (const auto r : description.implicit_uses()) facts.implicit_reads |= parts_[r].set;
  for (const auto r : description.implicit_defs()) {
    facts.implicit_writes |= parts_[r].set;
    if (is_general(parts_[r].full) && parts_[r].bits < 32)
      facts.classes |= InsnClass::kPartialWrite;
  }
  adjust_implicit_registers(mnemonic, facts.implicit_reads, facts.implicit_writes);
  use_x87_stack(mnemonic, facts);
  for (OperandPlan& plan : facts.operands) {
    plan.read |= plan.written && (rules.destination_is_read || rules.only_reads);
    plan.written = plan.written && !rules.only_reads;
  }
  facts.lockable = is_lockable(mnemonic) && facts.classes.has(InsnClass::kStore);

  bool vector_operand = false;
  for (const OperandPlan& plan : std::span(facts.operands).first(facts.operand_count)) {
    if (plan.kind != OperandKind::kRegister) continue;
    const unsigned number =
        plan.fixed_register != 0 ? plan.fixed_register : sample.getOperand(plan.index).getReg();
    const RegisterPart& operand = parts_[number];
    const bool vector =
        is_vector(operand.full) ||
        (operand.full >= kX87Stack0 && operand.bits == 64 && operand.full < kX87Stack0 + 8);
    vector_operand |= vector;
    const bool legacy_scalar =
        is_legacy(description) && rules.scalar_vector && !rules.classes.has(InsnClass::kMove);
    const bool merged_move = is_legacy(description) && rules.scalar_vector &&
                             facts.memory_form == MemoryForm::kNone &&
                             (mnemonic == "movss" || mnemonic == "movsd");
    const bool masked = (description.TSFlags & kMasked) && !(description.TSFlags & kZeroMasked);
    if (plan.written && vector && (legacy_scalar || merged_move || masked))
      facts.classes |= InsnClass::kPartialWrite;
  }
  if (vector_operand && !rules.scalar_vector) facts.classes |= InsnClass::kVector;
  if (rules.zero_when_same && !(description.TSFlags & kMasked))
    find_zero_idiom_sources(sample, facts);
  if (description.TSFlags & kLockBit) facts.classes |= InsnClass::kAtomic;
  const bool direct = std::ranges::any_of(
      facts.operands, [](const OperandPlan& p) { return p.kind == OperandKind::kTarget; });
  if (facts.classes.has_any(InsnClass::kJump | InsnClass::kCall) && !direct)
    facts.classes |= InsnClass::kIndirect;
  return facts;
}

}  // namespace asmforge::x86_64
