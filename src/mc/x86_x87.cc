// The x87 stack: which of st(0), st(1) and the named register an instruction uses.
#include "mc/x86_x87.h"

#include <algorithm>
#include <iterator>

#include "isa/x86_64.h"

namespace asmforge::x86_64 {
namespace {

constexpr Register kSt0 = kX87Stack0;
constexpr Register kSt1 = kX87Stack0 + 1;

enum class Form : std::uint8_t {
  kArithmetic,    // fadd st, st(1); fadd dword ptr [rdi]: the first, or st, is read and written
  kPush,          // fld: writes st, reads what it names
  kStore,         // fstp: reads st, writes what it names
  kExchange,      // fxch
  kCompare,       // reads st and what it names
  kCompareTwo,    // fcompp: reads st and st(1)
  kUnary,         // fchs: reads and writes st
  kUnaryAndPush,  // fsincos: reads and writes st, writes one more
  kWithSecond,    // fscale: reads and writes st, reads st(1)
  kIntoSecond,    // fyl2x: reads st, reads and writes st(1)
};

struct Row {
  std::string_view mnemonic;
  Form form;
};

using enum Form;
constexpr Row kRows[] = {
    {"fadd", kArithmetic},
    {"faddp", kArithmetic},
    {"fiadd", kArithmetic},
    {"fsub", kArithmetic},
    {"fsubp", kArithmetic},
    {"fisub", kArithmetic},
    {"fsubr", kArithmetic},
    {"fsubrp", kArithmetic},
    {"fisubr", kArithmetic},
    {"fmul", kArithmetic},
    {"fmulp", kArithmetic},
    {"fimul", kArithmetic},
    {"fdiv", kArithmetic},
    {"fdivp", kArithmetic},
    {"fidiv", kArithmetic},
    {"fdivr", kArithmetic},
    {"fdivrp", kArithmetic},
    {"fidivr", kArithmetic},
    {"fcmovb", kArithmetic},
    {"fcmovbe", kArithmetic},
    {"fcmove", kArithmetic},
    {"fcmovnb", kArithmetic},
    {"fcmovnbe", kArithmetic},
    {"fcmovne", kArithmetic},
    {"fcmovnu", kArithmetic},
    {"fcmovu", kArithmetic},
    {"fld", kPush},
    {"fild", kPush},
    {"fbld", kPush},
    {"fld1", kPush},
    {"fldz", kPush},
    {"fldpi", kPush},
    {"fldl2e", kPush},
    {"fldl2t", kPush},
    {"fldlg2", kPush},
    {"fldln2", kPush},
    {"fst", kStore},
    {"fstp", kStore},
    {"fist", kStore},
    {"fistp", kStore},
    {"fisttp", kStore},
    {"fbstp", kStore},
    {"fxch", kExchange},
    {"fcom", kCompare},
    {"fcomp", kCompare},
    {"fcomi", kCompare},
    {"fcompi", kCompare},
    {"fucom", kCompare},
    {"fucomp", kCompare},
    {"fucomi", kCompare},
    {"fucompi", kCompare},
    {"ficom", kCompare},
    {"ficomp", kCompare},
    {"ftst", kCompare},
    {"fxam", kCompare},
    {"fcompp", kCompareTwo},
    {"fucompp", kCompareTwo},
    {"fabs", kUnary},
    {"fchs", kUnary},
    {"fsqrt", kUnary},
    {"fsin", kUnary},
    {"fcos", kUnary},
    {"f2xm1", kUnary},
    {"frndint", kUnary},
    {"fptan", kUnaryAndPush},
    {"fsincos", kUnaryAndPush},
    {"fxtract", kUnaryAndPush},
    {"fscale", kWithSecond},
    {"fprem", kWithSecond},
    {"fprem1", kWithSecond},
    {"fpatan", kIntoSecond},
    {"fyl2x", kIntoSecond},
    {"fyl2xp1", kIntoSecond},
};

bool is_stack_register(const OperandPlan& plan) { return plan.kind == OperandKind::kRegister; }

}  // namespace

void use_x87_stack(std::string_view mnemonic, OpcodeFacts& facts) {
  const auto row = std::ranges::find(kRows, mnemonic, &Row::mnemonic);
  if (row == std::end(kRows)) return;
  for (Register r = kSt0; r < kSt0 + 8; ++r) {
    facts.implicit_reads.erase(r);
    facts.implicit_writes.erase(r);
  }
  const Form form = row->form;
  const auto operands = std::span(facts.operands).first(facts.operand_count);
  // Registers that the text names are operands of their own; st is implicit otherwise.
  const bool names_two = operands.size() == 2;
  bool first = true;
  for (OperandPlan& plan : operands) {
    if (!is_stack_register(plan)) continue;
    plan.read = form != kStore;
    plan.written =
        form == kStore || form == kExchange || (form == kArithmetic && first && names_two);
    first = false;
  }
  const auto reads = [&](Register r) { facts.implicit_reads.insert(r); };
  const auto writes = [&](Register r) { facts.implicit_writes.insert(r); };
  if (form != kPush && !(form == kArithmetic && names_two)) reads(kSt0);
  if (form == kPush || form == kExchange || form == kUnary || form == kUnaryAndPush ||
      form == kWithSecond || (form == kArithmetic && !names_two))
    writes(kSt0);
  if (form == kCompareTwo || form == kWithSecond || form == kIntoSecond) reads(kSt1);
  if (form == kIntoSecond || form == kUnaryAndPush) writes(kSt1);
}

}  // namespace asmforge::x86_64
