// What an emulator's CPU offers a program, against what this machine's does.
//
// A program that dispatches on CPU features may run other code under emulation than
// natively. So the emulated CPU is made as like the host's as it can be, and what it
// still lacks is handed on: code without counts may be the host's path.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace asmforge {

struct CpuOffer {
  std::string vendor;  // "AuthenticAMD"
  unsigned family = 0;
  unsigned model = 0;
  unsigned stepping = 0;
  std::vector<std::string> features;  // /proc/cpuinfo's names, sorted
};

struct EmulatedCpu {
  std::string processor;              // for -cpu
  std::vector<std::string> not_seen;  // the host has it, the emulator does not
  std::vector<std::string> extra;     // the emulator has it, the host does not
};

// The output of the probe program (cpu_probe/cpu_probe.c).
Result<CpuOffer> parse_cpu_offer(const std::string& text);

// The -cpu argument that takes from `emulated` (QEMU's max) what the host lacks and
// gives it the host's vendor and model, by which libraries also choose.
std::string processor_like(const CpuOffer& host, const CpuOffer& emulated);

// Runs the probe natively and under the emulator.
Result<EmulatedCpu> match_host_cpu(const std::string& qemu, const std::string& probe);

}  // namespace asmforge
