// Registers that instructions use without naming them, where LLVM 19's tables differ
// from the manuals. One row a fact; found by comparing with a second decoder.
#include <initializer_list>

#include "isa/x86_64.h"
#include "mc/x86_rules.h"

namespace asmforge::x86_64 {
namespace {

struct Row {
  std::string_view mnemonic;
  RegisterSet reads;
  RegisterSet writes;
  RegisterSet not_read;
  RegisterSet not_written;
};

constexpr RegisterSet set(std::initializer_list<Register> registers) {
  RegisterSet out;
  for (const Register r : registers) out.insert(r);
  return out;
}

constexpr Row kRows[] = {
    {"call", {}, set({kRsp}), set({kShadowStack}), {}},
    {"ret", set({kRsp}), set({kRsp}), {}, {}},
    {"enter", set({kRsp, kRbp}), set({kRsp, kRbp}), {}, {}},
    {"syscall", {}, set({kRcx, kR11}), {}, {}},
    {"loop", set({kRcx}), set({kRcx}), {}, {}},
    {"loope", set({kRcx, kRflags}), set({kRcx}), {}, {}},
    {"loopne", set({kRcx, kRflags}), set({kRcx}), {}, {}},
};

}  // namespace

void adjust_implicit_registers(std::string_view mnemonic, RegisterSet& reads, RegisterSet& writes) {
  for (const Row& row : kRows) {
    if (row.mnemonic != mnemonic) continue;
    reads = (reads | row.reads) - row.not_read;
    writes = (writes | row.writes) - row.not_written;
  }
}

}  // namespace asmforge::x86_64
