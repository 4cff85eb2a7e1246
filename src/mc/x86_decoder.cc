// LLVM's X86 disassembler, made to say what core/insn.h promises.
//
// LLVM decodes lock, rep and a few other prefixes as instructions of their own in
// front of what they belong to:
//     f0           lock
//     0f b1 0f     cmpxchg dword ptr [rdi], ecx
// Here they are one instruction, as they are for the processor.
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "core/error.h"
#include "isa/x86_64.h"
#include "mc/insn_decoder.h"
#include "mc/printed_text.h"
#include "mc/x86_facts.h"
#include "mc/x86_text.h"

extern "C" {
void LLVMInitializeX86TargetInfo();
void LLVMInitializeX86TargetMC();
void LLVMInitializeX86Disassembler();
}

namespace asmforge {
namespace {

constexpr char kTriple[] = "x86_64-unknown-linux-gnu";
// The architecture allows no longer instruction (Intel SDM volume 2, 2.3.11).
constexpr std::size_t kMaxInsnBytes = 15;
// MCInst::getFlags, from LLVM 19's X86BaseInfo.h.
constexpr unsigned kHasRepeatNotEqual = 1u << 2;
constexpr unsigned kHasRepeat = 1u << 3;
constexpr unsigned kHasLock = 1u << 4;

const llvm::Target& x86_target() {
  static const llvm::Target* const kTarget = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
    std::string error;
    return llvm::TargetRegistry::lookupTarget(kTriple, error);
  }();
  AF_CHECK(kTarget != nullptr);
  return *kTarget;
}

// What one decode found: the instruction itself and the prefixes in front of it.
struct Decoded {
  llvm::MCInst inst;
  std::size_t size = 0;  // with prefixes
  // Opcodes of the prefixes that LLVM gives instructions of their own.
  std::array<unsigned, kMaxInsnBytes> prefixes = {};
  std::size_t prefix_count = 0;
  bool locked = false;
  bool repeated = false;
};

bool is_rex(std::uint8_t byte) { return (byte & 0xf0) == 0x40; }

bool is_legacy_prefix(std::uint8_t byte) {
  constexpr std::uint8_t kPrefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                        0x66, 0x67, 0xf0, 0xf2, 0xf3};
  return std::ranges::find(kPrefixes, byte) != std::end(kPrefixes);
}

// The bytes without the REX prefixes that another prefix follows. The processor
// ignores those (SDM volume 2, 2.2.1); LLVM takes what follows them for instructions.
struct WithoutIgnoredRex {
  std::array<std::uint8_t, kMaxInsnBytes> bytes = {};
  std::size_t size = 0;
  std::size_t removed = 0;

  explicit WithoutIgnoredRex(llvm::ArrayRef<std::uint8_t> window) {
    bool in_prefixes = true;
    for (std::size_t i = 0; i < window.size(); ++i) {
      const bool prefix = is_rex(window[i]) || is_legacy_prefix(window[i]);
      in_prefixes = in_prefixes && prefix;
      const bool followed =
          i + 1 < window.size() && (is_rex(window[i + 1]) || is_legacy_prefix(window[i + 1]));
      if (in_prefixes && is_rex(window[i]) && followed)
        ++removed;
      else
        bytes[size++] = window[i];
    }
  }
};

// and eax, 0 and or eax, -1: whatever eax was, the result is known.
bool known_result(const Insn& insn) {
  if (!insn.has_immediate || insn.memory.present) return false;
  return (insn.operation == IntegerOperation::kAnd && insn.immediate == 0) ||
         (insn.operation == IntegerOperation::kOr && insn.immediate == -1);
}

class X86Decoder : public InsnDecoder {
 public:
  X86Decoder();
  std::size_t decode(std::span<const std::uint8_t> bytes, std::uint64_t address) override;
  [[nodiscard]] std::size_t skip_after_failure() const override {
    return std::max<std::size_t>(failed_bytes, 1);
  }
  void convert(std::uint64_t address, Insn& out) override;
  std::string text(std::uint64_t address, Syntax syntax) override;
  [[nodiscard]] std::string_view mnemonic_of(std::string_view text) const override {
    return x86_64::mnemonic_of_text(text);
  }

 private:
  bool decode_here(std::span<const std::uint8_t> bytes, std::uint64_t address);
  bool decode_window(llvm::ArrayRef<std::uint8_t> window, std::uint64_t address);
  const x86_64::OpcodeFacts& facts_of(const llvm::MCInst& inst);
  void convert_memory(const x86_64::OpcodeFacts& known, Insn& out);
  std::string print(const llvm::MCInst& inst, std::uint64_t end, Syntax syntax);

  llvm::Triple triple{kTriple};
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> assembler;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> intel;
  std::unique_ptr<llvm::MCInstPrinter> att;
  std::unique_ptr<x86_64::OpcodeTables> tables;
  std::vector<std::uint16_t> fact_number;  // by opcode; 0: not seen yet
  std::vector<x86_64::OpcodeFacts> facts;
  Decoded decoded;
  std::uint64_t failed_bytes = 0;    // to skip after a failure
  bool prefix_out_of_place = false;  // the failure was a prefix behind a REX
};

X86Decoder::X86Decoder() {
  const llvm::Target& target = x86_target();
  const llvm::MCTargetOptions options;
  registers.reset(target.createMCRegInfo(kTriple));
  assembler.reset(target.createMCAsmInfo(*registers, kTriple, options));
  subtarget.reset(target.createMCSubtargetInfo(kTriple, "", ""));
  instructions.reset(target.createMCInstrInfo());
  context =
      std::make_unique<llvm::MCContext>(triple, assembler.get(), registers.get(), subtarget.get());
  disassembler.reset(target.createMCDisassembler(*subtarget, *context));
  constexpr unsigned kAttVariant = 0;
  constexpr unsigned kIntelVariant = 1;
  intel.reset(
      target.createMCInstPrinter(triple, kIntelVariant, *assembler, *instructions, *registers));
  att.reset(target.createMCInstPrinter(triple, kAttVariant, *assembler, *instructions, *registers));
  for (llvm::MCInstPrinter* printer : {intel.get(), att.get()}) {
    printer->setPrintImmHex(true);
    printer->setPrintBranchImmAsAddress(true);
  }
  tables = std::make_unique<x86_64::OpcodeTables>(*instructions, *registers);
  fact_number.resize(instructions->getNumOpcodes());
  facts.emplace_back();
}

// Leaves the result in `decoded`; false when the bytes begin with no instruction.
bool X86Decoder::decode_here(std::span<const std::uint8_t> bytes, std::uint64_t address) {
  const llvm::ArrayRef<std::uint8_t> window(bytes.data(), std::min(bytes.size(), kMaxInsnBytes));
  if (decode_window(window, address)) return true;
  if (!prefix_out_of_place) return false;
  const WithoutIgnoredRex rest(window);
  if (rest.removed == 0) return false;
  const std::uint64_t failed_before = failed_bytes;
  const bool found = decode_window({rest.bytes.data(), rest.size}, address + rest.removed);
  decoded.size += rest.removed;
  if (!found) failed_bytes = failed_before;
  return found;
}

bool X86Decoder::decode_window(llvm::ArrayRef<std::uint8_t> window, std::uint64_t address) {
  decoded.size = 0;
  decoded.prefix_count = 0;
  decoded.locked = false;
  decoded.repeated = false;
  prefix_out_of_place = false;
  failed_bytes = 1;
  while (decoded.size < window.size()) {
    decoded.inst.clear();
    std::uint64_t size = 0;
    const auto status = disassembler->getInstruction(decoded.inst, size, window.slice(decoded.size),
                                                     address + decoded.size, llvm::nulls());
    if (status != llvm::MCDisassembler::Success || size == 0) {
      if (decoded.size == 0) failed_bytes = size;
      return false;
    }
    const x86_64::OpcodeFacts& known = facts_of(decoded.inst);
    if (decoded.size == 0) failed_bytes = size;
    decoded.size += size;
    if (!known.is_prefix) {
      const bool locked = decoded.locked || (decoded.inst.getFlags() & kHasLock) != 0;
      return !locked || known.lockable;
    }
    if (!known.stands_alone || size != 1) {
      prefix_out_of_place = true;
      return false;
    }
    decoded.prefixes[decoded.prefix_count++] = decoded.inst.getOpcode();
    decoded.locked |= known.is_lock_prefix;
    decoded.repeated |= known.is_repeat_prefix;
  }
  return false;
}

const x86_64::OpcodeFacts& X86Decoder::facts_of(const llvm::MCInst& inst) {
  std::uint16_t& number = fact_number[inst.getOpcode()];
  if (number == 0) {
    const char* const written = intel->getMnemonic(&inst).first;
    std::string_view mnemonic = written == nullptr ? "" : written;
    mnemonic = mnemonic.substr(0, mnemonic.find_first_of(" \t"));
    number = static_cast<std::uint16_t>(facts.size());
    facts.push_back(tables->build(inst, mnemonic, print(inst, 0, Syntax::kIntel)));
  }
  return facts[number];
}

std::string X86Decoder::print(const llvm::MCInst& inst, std::uint64_t end, Syntax syntax) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  (syntax == Syntax::kIntel ? *intel : *att).printInst(&inst, end, "", *subtarget, stream);
  return one_space_between_words(text);
}

void X86Decoder::convert_memory(const x86_64::OpcodeFacts& known, Insn& out) {
  using x86_64::MemoryForm;
  const llvm::MCInst& inst = decoded.inst;
  const unsigned at = known.memory_index;
  const auto read = [&](unsigned index) {
    const x86_64::RegisterPart& part = tables->part(inst.getOperand(index).getReg());
    out.reads |= part.set;
    return part.full;
  };
  const auto segment = [&](unsigned index) {
    const Register r = tables->part(inst.getOperand(index).getReg()).full;
    if (r != x86_64::kFs && r != x86_64::kGs) return kNoRegister;
    out.reads.insert(r);
    return r;
  };
  MemoryOperand& memory = out.memory;
  memory.present = true;
  memory.bytes = known.memory_bytes;
  switch (known.memory_form) {
    case MemoryForm::kNone: break;
    case MemoryForm::kAddress:
      memory.base = read(at);
      memory.scale = static_cast<std::uint8_t>(inst.getOperand(at + 1).getImm());
      memory.index = read(at + 2);
      memory.displacement = inst.getOperand(at + 3).getImm();
      if (!known.classes.has(InsnClass::kLea)) memory.segment = segment(at + 4);
      break;
    case MemoryForm::kOffset:
      memory.displacement = inst.getOperand(at).getImm();
      memory.segment = segment(at + 1);
      break;
    case MemoryForm::kSource:
      memory.base = read(at);
      memory.segment = segment(at + 1);
      break;
    case MemoryForm::kDestination: memory.base = read(at); break;
    case MemoryForm::kTwo:
      // No single address mode describes movs and cmps.
      read(at);
      read(at + 1);
      segment(at + 2);
      memory.present = false;
      memory.bytes = 0;
      return;
  }
  if (memory.segment != kNoRegister || memory.index != kNoRegister) return;
  if (memory.base == x86_64::kRip) {
    memory.address = out.end() + static_cast<std::uint64_t>(memory.displacement);
    // [eip + x], with an address-size prefix, wraps at 4 GB.
    if (tables->part(inst.getOperand(at).getReg()).bits == 32) memory.address &= 0xffffffff;
  } else if (memory.base == kNoRegister) {
    memory.address = static_cast<std::uint64_t>(memory.displacement);
  }
}

void X86Decoder::convert(std::uint64_t address, Insn& out) {
  using enum InsnClass;
  const llvm::MCInst& inst = decoded.inst;
  const x86_64::OpcodeFacts& known = facts_of(inst);
  out = Insn();
  out.address = address;
  out.opcode = static_cast<std::uint16_t>(inst.getOpcode());
  out.size = static_cast<std::uint8_t>(decoded.size);
  out.classes = known.classes;
  out.operation = known.operation;
  out.reads = known.implicit_reads;
  out.writes = known.implicit_writes;
  if (known.memory_form != x86_64::MemoryForm::kNone) convert_memory(known, out);
  if (known.ignores_address) out.reads = {};

  out.operand_count = known.operand_count;
  for (unsigned i = 0; i < known.operand_count; ++i) {
    const x86_64::OperandPlan& plan = known.operands[i];
    Operand& operand = out.operands[i];
    operand.kind = plan.kind;
    operand.read = plan.read;
    operand.written = plan.written;
    if (plan.kind == OperandKind::kMemory) {
      operand.bits = static_cast<std::uint16_t>(known.memory_bytes * 8);
    } else if (plan.kind == OperandKind::kTarget) {
      out.target = out.end() + static_cast<std::uint64_t>(inst.getOperand(plan.index).getImm());
    } else if (plan.kind == OperandKind::kRegister) {
      const unsigned number =
          plan.fixed_register != 0 ? plan.fixed_register : inst.getOperand(plan.index).getReg();
      const x86_64::RegisterPart& part = tables->part(number);
      operand.reg = part.full;
      operand.bits = part.bits;
      operand.high_byte = part.high_byte;
      if (plan.read && !known.ignores_address) out.reads |= part.set;
      if (plan.written) {
        out.writes |= part.set;
        if (part.bits < 32 && x86_64::is_general(part.full)) out.classes |= kPartialWrite;
      }
    }
  }
  if (known.immediate_index != x86_64::OpcodeFacts::kNoOperand) {
    out.has_immediate = true;
    out.immediate = inst.getOperand(known.immediate_index).getImm();
  }
  if (known.shifts_by_one) {
    out.has_immediate = true;
    out.immediate = 1;
  }
  if (known_result(out)) out.classes |= kZeroIdiom;
  if (known.condition_index != x86_64::OpcodeFacts::kNoOperand)
    out.condition = x86_64::condition_from_code(
        static_cast<std::uint8_t>(inst.getOperand(known.condition_index).getImm()));
  else if (known.classes.has(kConditional))
    out.condition = Condition::kOther;
  if (known.first_source != x86_64::OpcodeFacts::kNoOperand &&
      inst.getOperand(known.first_source).getReg() == inst.getOperand(known.second_source).getReg())
    out.classes |= kZeroIdiom;
  const unsigned flags = inst.getFlags();
  if (decoded.locked || (flags & kHasLock) != 0 || (known.atomic_with_memory && out.memory.present))
    out.classes |= kAtomic;
  if (known.counts_in_rcx_when_repeated &&
      (decoded.repeated || (flags & (kHasRepeat | kHasRepeatNotEqual)) != 0)) {
    // Nothing is written when rcx is 0 at the start.
    out.reads |= out.writes;
    out.reads.insert(x86_64::kRcx);
    out.writes.insert(x86_64::kRcx);
  }
}

std::size_t X86Decoder::decode(std::span<const std::uint8_t> bytes, std::uint64_t address) {
  return decode_here(bytes, address) ? decoded.size : 0;
}

std::string X86Decoder::text(std::uint64_t address, Syntax syntax) {
  const std::uint64_t end = address + decoded.size;
  std::string text;
  for (std::size_t i = 0; i < decoded.prefix_count; ++i) {
    llvm::MCInst prefix;
    prefix.setOpcode(decoded.prefixes[i]);
    text += print(prefix, end, syntax);
    text += ' ';
  }
  return text + print(decoded.inst, end, syntax);
}

}  // namespace

std::unique_ptr<InsnDecoder> make_x86_64_decoder() { return std::make_unique<X86Decoder>(); }

}  // namespace asmforge
