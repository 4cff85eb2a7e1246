// What is to be known of an instruction set by those who work on decoded instructions: which
// register is which, and what the calling convention says about them.
//
// This is the one door. A room that names no ISA asks here for the ISA of its function and
// works for all of them; what is of one ISA by nature includes that ISA's header and says so.
// Adding an ISA is adding a file with such a table, and its line in isa.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/isa.h"
#include "core/register_set.h"

namespace asmforge {

struct IsaFacts {
  Register stack_pointer = kNoRegister;
  Register frame_pointer = kNoRegister;
  Register program_counter = kNoRegister;
  Register status_flags = kNoRegister;
  Register link_register = kNoRegister;  // where a call leaves the address to return to
  std::uint8_t insn_alignment = 1;       // instructions begin at multiples of it
  Register register_count = 0;           // all numbers are below
  RegisterSet general;     // integer registers of programs, the stack pointer among them
  RegisterSet vectors;     // scalar floating-point values lie in them, too
  RegisterSet predicates;  // masks of lanes

  RegisterSet callee_saved;    // hold after a call what they held before, as far as one is promised
  RegisterSet call_clobbered;  // what a callee may change, were it only a part of a register
  RegisterSet changed_by_calling;  // by the call alone: its return changes them back
  RegisterSet argument_registers;
  RegisterSet return_registers;
  // In the order in which arguments take them.
  std::span<const Register> integer_arguments;
  std::span<const Register> vector_arguments;
  RegisterSet results;       // of nearly every function that has one: rax, x0
  RegisterSet rare_results;  // a second half, a floating-point number

  // "rax", "x0"; empty for numbers without a register.
  std::string_view (*register_name)(Register) = nullptr;

  // Addresses are made in two steps, a page and an offset in it: adrp, add.
  bool addresses_by_pages = false;
  // Bytes of the smallest entries of jump tables; below 4 they count instructions.
  std::uint8_t narrowest_table_entry = 4;
};

const IsaFacts& facts_of(Isa isa);

}  // namespace asmforge
