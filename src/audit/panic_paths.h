// Where a branch leads that can only end in a call that never returns, and
// whether that call says "index out of range".
//
//            cmp  rcx, rsi
//            jae  .fail
//     .fail: lea  rdx, [rip + location]
//            mov  rdi, rcx
//            call qword ptr [rip + core::panicking::panic_bounds_check@GOT]
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collect/stream.h"

namespace asmforge {

enum class PanicKind : std::uint8_t {
  kNone,          // control can go on from here
  kIndexFailure,  // all ends are calls known by name to report an index out of range
  kOther,         // an end is known by name and is something else: overflow, unwrap, abort
  kUnnamed,       // nothing comes back, and no name says why
};

// How a callee's name, and what it is called with, classify a call that never returns.
PanicKind classify_no_return_call(const FunctionView& view, std::uint32_t call);

// The name of what a call instruction calls, through PLT, GOT and registers
// that were loaded from the GOT; empty when it is not known.
std::string_view callee_name(const FunctionView& view, std::uint32_t call);

class PanicPaths {
 public:
  void reset(const FunctionView& view);

  struct End {
    PanicKind kind = PanicKind::kNone;
    std::uint32_t call = kNoIndex;  // the first call or trap that ends a way; for evidence
  };
  // What all ways from the start of `block` lead to.
  const End& from(BlockIndex block);

 private:
  End follow(BlockIndex start);
  End end_of_block(BlockIndex block) const;

  const FunctionView* view_ = nullptr;
  std::vector<std::pair<BlockIndex, End>> known_;  // ascending in block
  std::vector<BlockIndex> pending_;
  std::vector<BlockIndex> seen_;
};

}  // namespace asmforge
