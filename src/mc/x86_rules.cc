// Which integer, control, system and x87 instruction does what: one row a mnemonic.
// The vector instructions are in x86_vector_rules.cc.
#include "mc/x86_rules.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "mc/x86_rules_internal.h"

namespace asmforge::x86_64 {
namespace {

using enum InsnClass;
using Op = IntegerOperation;
using Mem = MemoryUse;

enum Trait : std::uint8_t {
  kPlain,
  kZeroWhenSame,
  kIgnoresAddress,
  kDestinationIsRead,
  kOnlyReads
};

struct Row {
  std::string_view mnemonic;
  InsnClasses classes;
  Op operation = Op::kNone;
  Mem memory = Mem::kAsLlvmSays;
  Trait trait = kPlain;
};

constexpr Row kRows[] = {
    // moves
    {"mov", kMove},
    {"movabs", kMove},
    {"maskmovq", kMove | kStore},
    {"maskmovdqu", kMove | kStore},
    {"vmaskmovdqu", kMove | kStore},
    {"vextracti32x8", {}, Op::kNone, Mem::kWrite},
    {"movbe", kMove},
    {"movnti", kMove},
    {"movdiri", kMove, Op::kNone, Mem::kWrite},
    {"xchg", kMove},
    {"lea", kLea, Op::kNone, Mem::kNone},
    {"push", kPush | kStore, Op::kNone, Mem::kRead},

    {"pushf", kPush | kStore},
    {"pushfq", kPush | kStore},
    {"pop", kPop | kLoad, Op::kNone, Mem::kWrite},
    {"popf", kPop | kLoad},
    {"popfq", kPop | kLoad},
    {"leave", kPop | kLoad},
    {"enter", kPush | kStore},
    {"movzx", kExtend},
    {"movsx", kExtend},
    {"movsxd", kExtend},
    {"cbw", kExtend},
    {"cwde", kExtend},
    {"cdqe", kExtend},
    {"cwd", kExtend},
    {"cdq", kExtend},
    {"cqo", kExtend},
    {"cmov", kConditionalMove},
    {"set", kSetCondition},
    // integer arithmetic
    {"add", kAddSubtract, Op::kAdd},
    {"sub", kAddSubtract, Op::kSubtract, Mem::kAsLlvmSays, kZeroWhenSame},
    {"inc", kAddSubtract, Op::kIncrement},
    {"dec", kAddSubtract, Op::kDecrement},
    {"neg", kAddSubtract, Op::kNegate},
    {"adc", kAddSubtract, Op::kAddWithCarry},
    {"sbb", kAddSubtract, Op::kSubtractWithBorrow},
    {"adcx", kAddSubtract, Op::kAddWithCarry},
    {"adox", kAddSubtract},
    {"xadd", kAddSubtract},
    {"mul", kMultiply},
    {"imul", kMultiply},
    {"mulx", kMultiply},
    {"div", kDivide},
    {"idiv", kDivide},
    {"and", kLogic, Op::kAnd},
    {"or", kLogic, Op::kOr},
    {"xor", kLogic, Op::kXor, Mem::kAsLlvmSays, kZeroWhenSame},
    {"not", kLogic, Op::kNot},
    {"andn", kLogic},
    {"blsi", kLogic},
    {"blsr", kLogic},
    {"blsmsk", kLogic},
    {"bextr", kLogic},
    {"bzhi", kLogic},
    {"bts", kLogic},
    {"btr", kLogic},
    {"btc", kLogic},
    {"pdep", kLogic},
    {"pext", kLogic},
    {"shl", kShift, Op::kShiftLeft},
    {"shr", kShift, Op::kShiftRightLogical},
    {"sar", kShift, Op::kShiftRightArithmetic},
    {"shlx", kShift, Op::kShiftLeft},
    {"shrx", kShift, Op::kShiftRightLogical},
    {"sarx", kShift, Op::kShiftRightArithmetic},
    {"rol", kShift, Op::kRotate},
    {"ror", kShift, Op::kRotate},
    {"rorx", kShift, Op::kRotate},
    {"rcl", kShift},
    {"rcr", kShift},
    {"shld", kShift},
    {"shrd", kShift},
    {"cmp", kCompare, Op::kCompare},
    {"test", kCompare, Op::kTest},
    {"bt", kCompare, Op::kBitTest},
    {"bsf", {}, Op::kNone, Mem::kAsLlvmSays, kDestinationIsRead},
    {"bsr", {}, Op::kNone, Mem::kAsLlvmSays, kDestinationIsRead},
    {"cmpxchg", {}, Op::kNone, Mem::kReadWrite, kDestinationIsRead},
    {"cmpxchg8b", {}, Op::kNone, Mem::kReadWrite},
    {"cmpxchg16b", {}, Op::kNone, Mem::kReadWrite},
    // control
    {"j", kJump | kConditional},
    {"jrcxz", kJump | kConditional},
    {"jecxz", kJump | kConditional},
    {"loop", kJump | kConditional},
    {"loope", kJump | kConditional},
    {"loopne", kJump | kConditional},
    {"xbegin", kJump | kConditional},
    {"jmp", kJump},
    {"jmpabs", kJump | kIndirect},
    {"ljmp", kJump | kIndirect},
    {"call", kCall | kStore},
    {"lcall", kCall | kStore | kIndirect},
    {"ret", kReturn | kLoad},
    {"retf", kReturn | kLoad},
    {"retfq", kReturn | kLoad},
    {"iret", kReturn | kLoad | kSystem},
    {"iretd", kReturn | kLoad | kSystem},
    {"iretq", kReturn | kLoad | kSystem},
    {"uiret", kReturn | kLoad | kSystem},
    {"sysret", kReturn | kSystem},
    {"sysretq", kReturn | kSystem},
    {"sysexit", kReturn | kSystem},
    {"sysexitq", kReturn | kSystem},
    {"eretu", kReturn | kSystem},
    {"erets", kReturn | kSystem},
    {"ud1", kTrap, Op::kNone, Mem::kNone},
    {"ud2", kTrap},
    {"int3", kTrap},
    {"hlt", kTrap},
    {"nop", kNop, Op::kNone, Mem::kNone, kIgnoresAddress},
    {"endbr64", kEndBranch},
    {"endbr32", kEndBranch},
    // strings
    {"movsb", kString | kMove, Op::kNone, Mem::kReadWrite},
    {"movsw", kString | kMove, Op::kNone, Mem::kReadWrite},
    {"movsd", kString | kMove, Op::kNone, Mem::kReadWrite},
    {"movsq", kString | kMove, Op::kNone, Mem::kReadWrite},
    {"stosb", kString | kMove, Op::kNone, Mem::kWrite},
    {"stosw", kString | kMove, Op::kNone, Mem::kWrite},
    {"stosd", kString | kMove, Op::kNone, Mem::kWrite},
    {"stosq", kString | kMove, Op::kNone, Mem::kWrite},
    {"lodsb", kString | kMove, Op::kNone, Mem::kRead},
    {"lodsw", kString | kMove, Op::kNone, Mem::kRead},
    {"lodsd", kString | kMove, Op::kNone, Mem::kRead},
    {"lodsq", kString | kMove, Op::kNone, Mem::kRead},
    {"scasb", kString | kCompare, Op::kNone, Mem::kRead},
    {"scasw", kString | kCompare, Op::kNone, Mem::kRead},
    {"scasd", kString | kCompare, Op::kNone, Mem::kRead},
    {"scasq", kString | kCompare, Op::kNone, Mem::kRead},
    {"cmpsb", kString | kCompare, Op::kNone, Mem::kRead},
    {"cmpsw", kString | kCompare, Op::kNone, Mem::kRead},
    {"cmpsd", kString | kCompare, Op::kNone, Mem::kRead},
    {"cmpsq", kString | kCompare, Op::kNone, Mem::kRead},
    {"insb", kString | kSystem, Op::kNone, Mem::kWrite},
    {"insw", kString | kSystem, Op::kNone, Mem::kWrite},
    {"insd", kString | kSystem, Op::kNone, Mem::kWrite},
    {"outsb", kString | kSystem, Op::kNone, Mem::kRead},
    {"outsw", kString | kSystem, Op::kNone, Mem::kRead},
    {"outsd", kString | kSystem, Op::kNone, Mem::kRead},
    {"xlatb", kLoad},
    // fences, hints, system
    {"mfence", kFence},
    {"lfence", kFence},
    {"sfence", kFence},
    {"serialize", kFence | kSystem},
    {"prefetch", {}, Op::kNone, Mem::kNone},
    {"prefetchw", {}, Op::kNone, Mem::kNone},
    {"prefetchwt1", {}, Op::kNone, Mem::kNone},
    {"prefetchnta", {}, Op::kNone, Mem::kNone},
    {"prefetcht0", {}, Op::kNone, Mem::kNone},
    {"prefetcht1", {}, Op::kNone, Mem::kNone},
    {"prefetcht2", {}, Op::kNone, Mem::kNone},
    {"prefetchit0", {}, Op::kNone, Mem::kNone},
    {"prefetchit1", {}, Op::kNone, Mem::kNone},
    {"cldemote", {}, Op::kNone, Mem::kNone},
    {"clflush", kSystem, Op::kNone, Mem::kNone},
    {"clflushopt", kSystem, Op::kNone, Mem::kNone},
    {"clwb", kSystem, Op::kNone, Mem::kNone},
    {"clzero", kSystem | kStore},
    {"invlpg", kSystem, Op::kNone, Mem::kNone},
    {"syscall", kSystem},
    {"sysenter", kSystem},
    {"int", kSystem},
    {"into", kSystem},
    {"cpuid", kSystem},
    {"rdtsc", kSystem},
    {"rdtscp", kSystem},
    {"rdpmc", kSystem},
    {"rdpid", kSystem},
    {"rdpru", kSystem},
    {"rdrand", kSystem},
    {"rdseed", kSystem},
    {"rdmsr", kSystem},
    {"wrmsr", kSystem},
    {"rdfsbase", kSystem},
    {"rdgsbase", kSystem},
    {"wrfsbase", kSystem},
    {"wrgsbase", kSystem},
    {"rdpkru", kSystem},
    {"wrpkru", kSystem},
    {"rdsspd", kSystem},
    {"rdsspq", kSystem},
    {"incsspd", kSystem},
    {"incsspq", kSystem},
    {"saveprevssp", kSystem},
    {"rstorssp", kSystem, Op::kNone, Mem::kReadWrite},
    {"setssbsy", kSystem},
    {"clrssbsy", kSystem, Op::kNone, Mem::kReadWrite},
    {"wrssd", kSystem, Op::kNone, Mem::kWrite},
    {"wrssq", kSystem, Op::kNone, Mem::kWrite},
    {"wrussd", kSystem, Op::kNone, Mem::kWrite},
    {"wrussq", kSystem, Op::kNone, Mem::kWrite},
    {"in", kSystem},
    {"out", kSystem},
    {"cli", kSystem},
    {"sti", kSystem},
    {"clac", kSystem},
    {"stac", kSystem},
    {"clts", kSystem},
    {"clui", kSystem},
    {"stui", kSystem},
    {"testui", kSystem},
    {"senduipi", kSystem},
    {"swapgs", kSystem},
    {"invd", kSystem},
    {"wbinvd", kSystem},
    {"wbnoinvd", kSystem},
    {"lgdt", kSystem, Op::kNone, Mem::kRead},
    {"lidt", kSystem, Op::kNone, Mem::kRead},
    {"sgdt", kSystem, Op::kNone, Mem::kWrite},
    {"sidt", kSystem, Op::kNone, Mem::kWrite},
    {"sldt", kSystem, Op::kNone, Mem::kWrite},
    {"str", kSystem, Op::kNone, Mem::kWrite},
    {"smsw", kSystem, Op::kNone, Mem::kWrite},
    {"lldt", kSystem, Op::kNone, Mem::kRead},
    {"ltr", kSystem, Op::kNone, Mem::kRead},
    {"lmsw", kSystem, Op::kNone, Mem::kRead},
    {"lar", kSystem, Op::kNone, Mem::kRead, kDestinationIsRead},
    {"lsl", kSystem, Op::kNone, Mem::kRead, kDestinationIsRead},
    {"verr", kSystem, Op::kNone, Mem::kRead},
    {"verw", kSystem, Op::kNone, Mem::kRead},
    {"lss", kSystem, Op::kNone, Mem::kRead},
    {"lfs", kSystem, Op::kNone, Mem::kRead},
    {"lgs", kSystem, Op::kNone, Mem::kRead},
    {"monitor", kSystem},
    {"monitorx", kSystem},
    {"mwait", kSystem},
    {"mwaitx", kSystem},
    {"umonitor", kSystem},
    {"umwait", kSystem},
    {"tpause", kSystem},
    {"ptwrite", kSystem, Op::kNone, Mem::kRead},
    {"xgetbv", kSystem},
    {"xsetbv", kSystem},
    {"xend", kSystem},
    {"xabort", kSystem},
    {"xtest", kSystem},
    {"getsec", kSystem},
    {"rsm", kSystem},
    {"vmcall", kSystem},
    {"vmmcall", kSystem},
    {"vmfunc", kSystem},
    {"vmlaunch", kSystem},
    {"vmresume", kSystem},
    {"vmrun", kSystem},
    {"vmload", kSystem},
    {"vmsave", kSystem},
    {"vmxoff", kSystem},
    {"vmxon", kSystem, Op::kNone, Mem::kRead},
    {"vmclear", kSystem, Op::kNone, Mem::kWrite},
    {"vmptrld", kSystem, Op::kNone, Mem::kRead},
    {"vmptrst", kSystem, Op::kNone, Mem::kWrite},
    {"vmread", kSystem},
    {"vmwrite", kSystem, Op::kNone, Mem::kAsLlvmSays, kOnlyReads},
    {"invept", kSystem, Op::kNone, Mem::kRead},
    {"invvpid", kSystem, Op::kNone, Mem::kRead},
    {"invpcid", kSystem, Op::kNone, Mem::kRead},
    {"enqcmd", kSystem, Op::kNone, Mem::kRead},
    {"enqcmds", kSystem, Op::kNone, Mem::kRead},
    {"movdir64b", kMove | kStore, Op::kNone, Mem::kRead},
    // state
    {"ldmxcsr", {}, Op::kNone, Mem::kRead},
    {"vldmxcsr", {}, Op::kNone, Mem::kRead},
    {"stmxcsr", {}, Op::kNone, Mem::kWrite},
    {"vstmxcsr", {}, Op::kNone, Mem::kWrite},
    {"fxsave", kSystem, Op::kNone, Mem::kWrite},
    {"fxsave64", kSystem, Op::kNone, Mem::kWrite},
    {"fxrstor", kSystem, Op::kNone, Mem::kRead},
    {"fxrstor64", kSystem, Op::kNone, Mem::kRead},
    {"xsave", kSystem, Op::kNone, Mem::kReadWrite},
    {"xsave64", kSystem, Op::kNone, Mem::kReadWrite},
    {"xsavec", kSystem, Op::kNone, Mem::kWrite},
    {"xsavec64", kSystem, Op::kNone, Mem::kWrite},
    {"xsaveopt", kSystem, Op::kNone, Mem::kReadWrite},
    {"xsaveopt64", kSystem, Op::kNone, Mem::kReadWrite},
    {"xsaves", kSystem, Op::kNone, Mem::kWrite},
    {"xsaves64", kSystem, Op::kNone, Mem::kWrite},
    {"xrstor", kSystem, Op::kNone, Mem::kRead},
    {"xrstor64", kSystem, Op::kNone, Mem::kRead},
    {"xrstors", kSystem, Op::kNone, Mem::kRead},
    {"xrstors64", kSystem, Op::kNone, Mem::kRead},
    {"ldtilecfg", kSystem, Op::kNone, Mem::kRead},
    {"sttilecfg", kSystem, Op::kNone, Mem::kWrite},
    {"tileloadd", kMove, Op::kNone, Mem::kRead},
    {"tileloaddt1", kMove, Op::kNone, Mem::kRead},
    {"tilestored", kMove, Op::kNone, Mem::kWrite},
    // x87
    {"fld", kMove},
    {"fst", kMove, Op::kNone, Mem::kWrite},
    {"fstp", kMove, Op::kNone, Mem::kWrite},
    {"fxch", kMove},
    {"fild", kConvert, Op::kNone, Mem::kRead},
    {"fist", kConvert, Op::kNone, Mem::kWrite},
    {"fistp", kConvert, Op::kNone, Mem::kWrite},
    {"fisttp", kConvert, Op::kNone, Mem::kWrite},
    {"fbld", kConvert, Op::kNone, Mem::kRead},
    {"fbstp", kConvert, Op::kNone, Mem::kWrite},
    {"fld1", kMove},
    {"fldz", kMove},
    {"fldpi", kMove},
    {"fldl2e", kMove},
    {"fldl2t", kMove},
    {"fldlg2", kMove},
    {"fldln2", kMove},
    {"fadd", kFloat},
    {"faddp", kFloat},
    {"fiadd", kFloat, Op::kNone, Mem::kRead},
    {"fsub", kFloat},
    {"fsubp", kFloat},
    {"fsubr", kFloat},
    {"fsubrp", kFloat},
    {"fisub", kFloat, Op::kNone, Mem::kRead},
    {"fisubr", kFloat, Op::kNone, Mem::kRead},
    {"fmul", kFloat | kMultiply},
    {"fmulp", kFloat | kMultiply},
    {"fimul", kFloat | kMultiply, Op::kNone, Mem::kRead},
    {"fdiv", kFloat | kDivide},
    {"fdivp", kFloat | kDivide},
    {"fdivr", kFloat | kDivide},
    {"fdivrp", kFloat | kDivide},
    {"fidiv", kFloat | kDivide, Op::kNone, Mem::kRead},
    {"fidivr", kFloat | kDivide, Op::kNone, Mem::kRead},
    {"fcom", kFloat | kCompare, Op::kNone, Mem::kRead},
    {"fcomp", kFloat | kCompare, Op::kNone, Mem::kRead},
    {"fcompp", kFloat | kCompare},
    {"fcomi", kFloat | kCompare},
    {"fcompi", kFloat | kCompare},
    {"fucom", kFloat | kCompare},
    {"fucomp", kFloat | kCompare},
    {"fucompp", kFloat | kCompare},
    {"fucomi", kFloat | kCompare},
    {"fucompi", kFloat | kCompare},
    {"ficom", kFloat | kCompare, Op::kNone, Mem::kRead},
    {"ficomp", kFloat | kCompare, Op::kNone, Mem::kRead},
    {"ftst", kFloat | kCompare},
    {"fxam", kFloat | kCompare},
    {"fabs", kFloat},
    {"fchs", kFloat},
    {"fsqrt", kFloat},
    {"fsin", kFloat},
    {"fcos", kFloat},
    {"fsincos", kFloat},
    {"fptan", kFloat},
    {"fpatan", kFloat},
    {"f2xm1", kFloat},
    {"fyl2x", kFloat | kMultiply},
    {"fyl2xp1", kFloat | kMultiply},
    {"fprem", kFloat},
    {"fprem1", kFloat},
    {"frndint", kFloat},
    {"fscale", kFloat},
    {"fxtract", kFloat},
    {"fcmovb", kConditionalMove},
    {"fcmovbe", kConditionalMove},
    {"fcmove", kConditionalMove},
    {"fcmovnb", kConditionalMove},
    {"fcmovnbe", kConditionalMove},
    {"fcmovne", kConditionalMove},
    {"fcmovnu", kConditionalMove},
    {"fcmovu", kConditionalMove},
    {"fnop", kNop},
    {"fldcw", {}, Op::kNone, Mem::kRead},
    {"fnstcw", {}, Op::kNone, Mem::kWrite},
    {"fnstsw", {}, Op::kNone, Mem::kWrite},
    {"fldenv", kSystem, Op::kNone, Mem::kRead},
    {"fnstenv", kSystem, Op::kNone, Mem::kWrite},
    {"fnsave", kSystem, Op::kNone, Mem::kWrite},
    {"frstor", kSystem, Op::kNone, Mem::kRead},
};

// Sorted by mnemonic, made once.
const std::vector<const Row*>& rows_by_mnemonic() {
  static const std::vector<const Row*> kSorted = [] {
    std::vector<const Row*> rows;
    rows.reserve(std::size(kRows));
    for (const Row& row : kRows) rows.push_back(&row);
    std::ranges::sort(rows, {}, &Row::mnemonic);
    return rows;
  }();
  return kSorted;
}

}  // namespace

MnemonicFacts facts_of_mnemonic(std::string_view mnemonic, bool string_form) {
  // movsd and cmpsd are SSE2 instructions too.
  if (!string_form && (mnemonic == "movsd" || mnemonic == "cmpsd"))
    return facts_of_vector_mnemonic(mnemonic);
  const auto& rows = rows_by_mnemonic();
  const auto found = std::ranges::lower_bound(rows, mnemonic, {}, &Row::mnemonic);
  if (found == rows.end() || (*found)->mnemonic != mnemonic)
    return facts_of_vector_mnemonic(mnemonic);
  const Row& row = **found;
  MnemonicFacts facts;
  facts.classes = row.classes;
  facts.operation = row.operation;
  facts.memory = row.memory;
  facts.zero_when_same = row.trait == kZeroWhenSame;
  facts.ignores_address = row.trait == kIgnoresAddress;
  facts.only_reads = row.trait == kOnlyReads;
  facts.destination_is_read = row.trait == kDestinationIsRead;
  return facts;
}

bool is_lockable(std::string_view mnemonic) {
  // SDM volume 2, "LOCK".
  static constexpr std::string_view kLockable[] = {
      "add", "adc", "and", "btc", "btr", "bts", "cmpxchg", "cmpxchg8b", "cmpxchg16b", "dec",
      "inc", "neg", "not", "or",  "sbb", "sub", "xadd",    "xchg",      "xor"};
  return std::ranges::find(kLockable, mnemonic) != std::end(kLockable);
}

std::uint16_t bytes_of_mnemonic(std::string_view mnemonic) {
  struct Width {
    std::string_view mnemonic;
    std::uint16_t bytes;
  };
  static constexpr Width kWidths[] = {
      {"fxsave", 512},    {"fxsave64", 512},  {"fxrstor", 512},   {"fxrstor64", 512},
      {"sgdt", 10},       {"sidt", 10},       {"lgdt", 10},       {"lidt", 10},
      {"rstorssp", 8},    {"clrssbsy", 8},    {"fnstenv", 28},    {"fldenv", 28},
      {"fnsave", 108},    {"frstor", 108},    {"vgatherdps", 4},  {"vgatherqps", 4},
      {"vgatherdpd", 8},  {"vgatherqpd", 8},  {"vpgatherdd", 4},  {"vpgatherqd", 4},
      {"vpgatherdq", 8},  {"vpgatherqq", 8},  {"vscatterdps", 4}, {"vscatterqps", 4},
      {"vscatterdpd", 8}, {"vscatterqpd", 8}, {"vpscatterdd", 4}, {"vpscatterqd", 4},
      {"vpscatterdq", 8}, {"vpscatterqq", 8},
  };
  for (const Width& row : kWidths)
    if (row.mnemonic == mnemonic) return row.bytes;
  return 0;
}

Condition condition_from_code(std::uint8_t code) {
  using enum Condition;
  static constexpr Condition kConditions[] = {
      kOverflow,
      kNotOverflow,
      kUnsignedLess,
      kUnsignedGreaterEqual,
      kEqual,
      kNotEqual,
      kUnsignedLessEqual,
      kUnsignedGreater,
      kNegative,
      kNotNegative,
      kParity,
      kNotParity,
      kSignedLess,
      kSignedGreaterEqual,
      kSignedLessEqual,
      kSignedGreater,
  };
  return code < std::size(kConditions) ? kConditions[code] : Condition::kOther;
}

}  // namespace asmforge::x86_64
