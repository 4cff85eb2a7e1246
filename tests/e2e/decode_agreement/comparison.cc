#include "comparison.h"

#include <algorithm>
#include <cstdio>

#include "prefixes.h"

namespace asmforge::agreement {
namespace {

constexpr std::size_t kLinesAtATime = 4096;

std::string place(const std::string& path, std::uint64_t address, const std::string& text) {
  char number[32];
  std::snprintf(number, sizeof number, "%#llx", static_cast<unsigned long long>(address));
  return path + " " + number + ": " + text;
}

// objdump shows an instruction, we do not.
Difference refusal(const ObjdumpLine& line, std::span<const std::uint8_t> bytes, Isa isa) {
  if (isa != Isa::kX86_64)
    return {"objdump", "decodes", line.text.substr(0, line.text.find(' ')), "-"};
  const Prefixes prefixes = scan_prefixes(bytes);
  if (prefixes.lock) return {"objdump", "decodes", "(any)", "-lock prefix that faults"};
  if (prefixes.rex_then_prefix)
    return {"objdump", "text", "(any)", "REX in front of another prefix"};
  return {"objdump", "decodes", line.text.substr(0, line.text.find(' ')), "-"};
}

// How many lines end where the instruction ends; one when none does.
std::size_t lines_within(const Insn& insn, std::span<const ObjdumpLine> lines) {
  std::size_t count = 0;
  while (count < lines.size() && lines[count].address + lines[count].size <= insn.end()) ++count;
  return std::max<std::size_t>(count, 1);
}

// How far objdump got in each section, and how many of its bytes it showed.
class Coverage {
 public:
  explicit Coverage(const ElfText& elf) : elf_(elf), shown_(elf.sections.size()) {}

  void see(const TextSection& section, const ObjdumpLine& line) {
    Shown& shown = shown_[static_cast<std::size_t>(&section - elf_.sections.data())];
    // At a symbol inside of an instruction objdump begins anew: some bytes come twice.
    const std::uint64_t begin = std::max(line.address, shown.end);
    const std::uint64_t end = line.address + line.size;
    if (end <= begin) return;
    shown.bytes += end - begin;
    shown.end = end;
  }

  [[nodiscard]] std::string left_out() const {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      const TextSection& section = elf_.sections[i];
      const std::size_t size = section.bytes.size();
      if (size == 0) continue;
      if (shown_[i].bytes >= size && shown_[i].end >= section.address + size) continue;
      return "showed " + std::to_string(shown_[i].bytes) + " of the " + std::to_string(size) +
             " bytes of " + section.name;
    }
    return {};
  }

 private:
  struct Shown {
    std::uint64_t bytes = 0;
    std::uint64_t end = 0;
  };
  const ElfText& elf_;
  std::vector<Shown> shown_;
};

std::string last_word(const std::string& words) { return words.substr(words.rfind(' ') + 1); }

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  char number[4];
  for (const std::uint8_t byte : bytes) {
    std::snprintf(number, sizeof number, out.empty() ? "%02x" : " %02x", byte);
    out += number;
  }
  return out;
}

}  // namespace

void Comparison::see(const Difference& difference, const std::string& where) {
  Sighting& sighting = sightings_[difference];
  if (sighting.count++ == 0) sighting.first = where;
}

void Comparison::with_zydis(const std::string& path, const Insn& insn,
                            std::span<const std::uint8_t> bytes) {
  if (isa_ != Isa::kX86_64) return;
  differences_.clear();
  zydis_.compare(insn, bytes, differences_);
  if (differences_.empty()) return;
  const auto own = bytes.first(insn.size);
  const std::string text = decoder_.text(insn, own, Syntax::kIntel);
  const std::string mnemonic = last_word(decoder_.mnemonic(insn, own, Syntax::kIntel));
  for (Difference& difference : differences_) {
    if (difference.mnemonic.empty()) difference.mnemonic = mnemonic;
    see(difference,
        place(path, insn.address, text) + " | " + hex(difference.field == "size" ? bytes : own));
  }
}

// Compares what begins at the first line; the number of lines that it took.
std::size_t Comparison::insn_at_line(const std::string& path, std::span<const std::uint8_t> bytes,
                                     std::span<const ObjdumpLine> lines) {
  const ObjdumpLine& line = lines.front();
  // What the file marks as data.
  if (line.kind == ObjdumpLine::Kind::kData) {
    totals_.data_bytes += line.size;
    return 1;
  }
  Insn insn;
  const auto window = bytes.first(std::min<std::size_t>(bytes.size(), 15));
  if (!decoder_.decode_one(window, line.address, insn)) {
    if (line.kind == ObjdumpLine::Kind::kInsn)
      see(refusal(line, window, isa_), place(path, line.address, line.text) + " | " + hex(window));
    totals_.data_bytes += line.size;
    return 1;
  }
  ++totals_.insns;
  const auto own = bytes.first(insn.size);
  const std::string text = decoder_.text(insn, own, syntax_);
  const auto where = [&] { return place(path, insn.address, text) + " | " + hex(own); };
  with_zydis(path, insn, window);
  if (isa_ == Isa::kX86_64 && scan_prefixes(window).rex_then_prefix) {
    see({"objdump", "text", "(any)", "REX in front of another prefix"}, where());
    return lines_within(insn, lines);
  }
  std::size_t count = 0;
  std::uint64_t end = insn.address;
  std::string theirs;
  for (; count < lines.size() && end < insn.end(); ++count) {
    const ObjdumpLine& part = lines[count];
    if (part.kind != ObjdumpLine::Kind::kInsn || part.address != end) break;
    end += part.size;
    theirs += (theirs.empty() ? "" : " ") + part.text;
  }
  if (count == 0) {
    see({"objdump", "decodes", last_word(decoder_.mnemonic(insn, own, syntax_)), "+"}, where());
    return 1;
  }
  if (count > 1) see({"objdump", "own line", line.text, "prefix"}, where());
  if (end != insn.end()) {
    see({"objdump", "size", line.text, "differs"}, where());
    return 1;
  }
  if (theirs != text)
    see({"objdump", "text", last_word(decoder_.mnemonic(insn, own, syntax_)), "differs"},
        where() + "   objdump: " + theirs);
  return count;
}

// Lines without a gap between them.
void Comparison::run_of_lines(const std::string& path, const TextSection& section,
                              std::span<const ObjdumpLine> lines) {
  while (!lines.empty()) {
    const auto bytes = section.bytes.subspan(lines.front().address - section.address);
    lines = lines.subspan(insn_at_line(path, bytes, lines));
  }
}

std::string Comparison::file(const std::string& path, const ElfText& elf) {
  const std::string syntax = syntax_ == Syntax::kIntel ? "-M intel" : "-M att";
  Objdump objdump(path, isa_ == Isa::kX86_64 ? syntax : "");
  if (!objdump.running()) return "cannot be run";
  Coverage coverage(elf);
  const TextSection* section = nullptr;
  std::vector<ObjdumpLine> lines;
  const auto flush = [&] {
    if (section != nullptr) run_of_lines(path, *section, lines);
    lines.clear();
  };
  ObjdumpLine line;
  while (objdump.next(line)) {
    const bool gap = !lines.empty() && line.address != lines.back().address + lines.back().size;
    if (line.kind == ObjdumpLine::Kind::kSection) {
      flush();
      const auto found = std::ranges::find(elf.sections, line.text, &TextSection::name);
      section = found == elf.sections.end() ? nullptr : &*found;
      continue;
    }
    // objdump may show a prefix, which is one byte, on a line of its own: it stays with the next.
    const bool full = lines.size() >= kLinesAtATime && lines.back().size > 1;
    if (gap || line.kind == ObjdumpLine::Kind::kLabel || full) flush();
    if (line.kind == ObjdumpLine::Kind::kLabel) continue;
    if (section != nullptr) coverage.see(*section, line);
    lines.push_back(line);
  }
  flush();
  std::string what;
  return objdump.ended_well(what) ? coverage.left_out() : what;
}

bool Comparison::example(const KnownDifference& row) {
  if (row.difference.oracle == "objdump") {
    const TemporaryElf elf(row.example);
    return file(elf.path(), read_elf_text(elf.path())).empty();
  }
  Insn insn;
  if (decoder_.decode_one(row.example, 0, insn)) with_zydis("example", insn, row.example);
  return true;
}

}  // namespace asmforge::agreement
