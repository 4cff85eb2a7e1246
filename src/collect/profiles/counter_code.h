// The counting instructions that llvm-bolt puts into a program, made cheap.
//
//     lea  rsp, [rsp - 0x80]          only where the function uses the red zone
//     push rax
//     mov  eax, 0
//     lahf                            inc changes flags: keep them
//     push rax
//     mov  eax, 0
//     seto al
//     lock inc qword ptr [rip + counter]
//     add  al, 0x7f
//     pop  rax
//     sahf
//     pop  rax
//     lea  rsp, [rsp + 0x80]
//
// Where no later instruction reads the flags before they are written, all but the inc
// becomes nops. And the lock becomes a gs: each thread has counters of its own, and the base
// of gs is how far away they are. All of this is of x86-64 alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/function.h"

namespace asmforge {

struct CodeBytes {
  std::uint64_t address = 0;
  std::span<std::uint8_t> bytes;  // of an executable section
};

struct CheapenedCounters {
  std::uint64_t sites = 0;
  std::uint64_t without_flags = 0;  // of them
};

CheapenedCounters cheapen_counters(const std::vector<CodeBytes>& code, AddressRange counters);

}  // namespace asmforge
