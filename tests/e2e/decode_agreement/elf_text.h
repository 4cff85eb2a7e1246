// The executable sections of an ELF file, read without the readers under test.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/isa.h"

namespace asmforge::agreement {

struct TextSection {
  std::string name;
  std::uint64_t address = 0;
  std::span<const std::uint8_t> bytes;
};

struct ElfText {
  Isa isa = Isa::kX86_64;
  std::vector<std::uint8_t> file;
  std::vector<TextSection> sections;
};

// No sections when the file is no readable ELF file of x86-64 or AArch64.
ElfText read_elf_text(const std::string& path);

// An ELF executable with nothing but these bytes in .text, removed when it goes.
class TemporaryElf {
 public:
  explicit TemporaryElf(std::span<const std::uint8_t> code, Isa isa = Isa::kX86_64);
  ~TemporaryElf();
  TemporaryElf(const TemporaryElf&) = delete;
  TemporaryElf& operator=(const TemporaryElf&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace asmforge::agreement
