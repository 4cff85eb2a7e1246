// Counts what differs between asmforge's decoder, llvm-objdump and Zydis.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "differences.h"
#include "elf_text.h"
#include "mc/decoder.h"
#include "objdump_lines.h"
#include "zydis_view.h"

namespace asmforge::agreement {

struct Totals {
  std::uint64_t insns = 0;
  std::uint64_t data_bytes = 0;  // that neither we nor objdump take for instructions
};

class Comparison {
 public:
  explicit Comparison(Syntax syntax, Isa isa = Isa::kX86_64)
      : syntax_(syntax), isa_(isa), decoder_(isa) {}

  // Nothing when llvm-objdump showed every executable section to its end and ended well;
  // otherwise what it left out.
  [[nodiscard]] std::string file(const std::string& path, const ElfText& elf);
  // The example bytes of a row; those of objdump rows in a small ELF file of their own.
  [[nodiscard]] bool example(const KnownDifference& row);

  [[nodiscard]] const Sightings& sightings() const { return sightings_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  void run_of_lines(const std::string& path, const TextSection& section,
                    std::span<const ObjdumpLine> lines);
  std::size_t insn_at_line(const std::string& path, std::span<const std::uint8_t> bytes,
                           std::span<const ObjdumpLine> lines);
  void with_zydis(const std::string& path, const Insn& insn, std::span<const std::uint8_t> bytes);
  void see(const Difference& difference, const std::string& where);

  Syntax syntax_;
  Isa isa_;
  Decoder decoder_;
  ZydisView zydis_;
  std::vector<Difference> differences_;
  Sightings sightings_;
  Totals totals_;
};

}  // namespace asmforge::agreement
