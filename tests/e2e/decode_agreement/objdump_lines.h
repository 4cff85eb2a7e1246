// llvm-objdump's disassembly of a file, line by line.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace asmforge::agreement {

struct ObjdumpLine {
  enum class Kind { kInsn, kUnknown, kData, kLabel, kSection };
  Kind kind = Kind::kInsn;
  std::uint64_t address = 0;
  unsigned size = 0;
  std::string text;  // one space between words, without symbols and comments; or section name
};

class Objdump {
 public:
  Objdump(const std::string& path, const std::string& flags);
  ~Objdump();
  Objdump(const Objdump&) = delete;
  Objdump& operator=(const Objdump&) = delete;
  [[nodiscard]] bool running() const { return pipe_ != nullptr; }
  // False at the end.
  bool next(ObjdumpLine& line);
  // After the end: that it exited, and with 0. Otherwise what became of it.
  [[nodiscard]] bool ended_well(std::string& what);

 private:
  bool parse(char* text, ObjdumpLine& line) const;
  std::FILE* pipe_;
  char* buffer_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace asmforge::agreement
