#include "measure/layouts/block_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/error.h"

namespace asmforge {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Behind these nothing falls through.
constexpr std::array<std::string_view, 12> kBarriers = {
    "jmp", "jmpq", "ret", "retq", "retl", "ud2", "hlt", "iretq", "iret", "int3", "sysret", "ud1"};
// Prefixes that may be written before one.
constexpr std::array<std::string_view, 6> kPrefixes = {"rep", "repz", "notrack",
                                                       "bnd", "rep;", "repne"};
// Reach 127 bytes and have no longer form.
constexpr std::array<std::string_view, 8> kShortJumps = {"loop",   "loope", "loopne", "loopz",
                                                         "loopnz", "jcxz",  "jecxz",  "jrcxz"};
constexpr std::array<std::string_view, 6> kAlignments = {".p2align",  ".align",    ".balign",
                                                         ".p2alignw", ".p2alignl", ".balignw"};
constexpr std::array<std::string_view, 22> kData = {
    ".byte",  ".value", ".word",  ".short",  ".hword",  ".long",   ".int",   ".quad",
    ".octa",  ".ascii", ".asciz", ".string", ".zero",   ".skip",   ".space", ".fill",
    ".2byte", ".4byte", ".8byte", ".float",  ".double", ".uleb128"};
// Between a function's alignment and its name.
constexpr std::array<std::string_view, 16> kBeforeName = {
    ".globl",    ".global",  ".type",    ".weak",  ".hidden", ".protected",
    ".internal", ".local",   ".file",    ".loc",   ".ident",  ".cfi_sections",
    ".set",      ".p2align", ".addrsig", ".symver"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

// Takes the next word off the front.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

enum class LineKind : std::uint8_t {
  kNothing,
  kLabel,
  kDirective,
  kInstruction,
  kAsmBegin,
  kAsmEnd
};

struct Line {
  LineKind kind = LineKind::kNothing;
  std::string_view text;  // without comment and blanks around
  std::string_view word;  // the label's name, the directive or the mnemonic
  std::string_view rest;
};

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == '$' || c == '@' || static_cast<unsigned char>(c) >= 0x80;
}

// "name:" at the front, quoted names too; its length with the colon, or 0.
std::size_t label_length(std::string_view text) {
  if (text.starts_with('"')) {
    const std::size_t end = text.find('"', 1);
    return end != std::string_view::npos && text.substr(end + 1).starts_with(':') ? end + 2 : 0;
  }
  std::size_t length = 0;
  while (length < text.size() && is_name_character(text[length])) ++length;
  return length != 0 && length < text.size() && text[length] == ':' ? length + 1 : 0;
}

Line read_line(std::string_view raw) {
  std::string_view text = trimmed(raw);
  if (text.starts_with("#APP"))
    return {.kind = LineKind::kAsmBegin, .text = {}, .word = {}, .rest = {}};
  if (text.starts_with("#NO_APP"))
    return {.kind = LineKind::kAsmEnd, .text = {}, .word = {}, .rest = {}};
  // Strings hold '#' as well, but only data directives have strings.
  if (!text.starts_with('.') && !text.starts_with('"'))
    text = trimmed(text.substr(0, text.find('#')));
  if (text.empty() || text.starts_with('#')) return {};
  Line line{.kind = LineKind::kInstruction, .text = text, .word = {}, .rest = {}};
  if (const std::size_t label = label_length(text); label != 0) {
    line.kind = LineKind::kLabel;
    line.word = text.substr(0, label - 1);
    if (line.word.starts_with('"')) line.word = line.word.substr(1, line.word.size() - 2);
    line.rest = trimmed(text.substr(label));
    // clang comments behind labels.
    line.rest = trimmed(line.rest.substr(0, line.rest.find('#')));
    return line;
  }
  if (text.starts_with('.')) line.kind = LineKind::kDirective;
  std::string_view rest = text;
  line.word = take_word(rest);
  while (line.kind == LineKind::kInstruction && contains(kPrefixes, line.word) &&
         !trimmed(rest).empty())
    line.word = take_word(rest);
  line.rest = trimmed(rest);
  return line;
}

// ".L12" and ".LBB0_3" become ".L": labels are numbered anew in every file.
std::string without_label_names(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins =
        text.substr(i).starts_with(".L") && (i == 0 || !is_name_character(text[i - 1]));
    if (begins) {
      out += ".L";
      while (i + 1 < text.size() && is_name_character(text[i + 1]) && text[i + 1] != '@') ++i;
    } else if (text[i] == '\t' || text[i] == ' ') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += text[i];
    }
  }
  return out;
}

// The section that a directive leads to; nullopt when it is none that changes sections.
class Sections {
 public:
  [[nodiscard]] const std::string& current() const { return current_; }

  void see(const Line& line) {
    if (line.kind != LineKind::kDirective) return;
    const std::string_view name = trimmed(line.rest.substr(0, line.rest.find(',')));
    if (line.word == ".section") {
      change(name);
    } else if (line.word == ".pushsection") {
      stack_.emplace_back(current_, previous_);
      change(name);
    } else if (line.word == ".popsection" && !stack_.empty()) {
      std::tie(current_, previous_) = stack_.back();
      stack_.pop_back();
    } else if (line.word == ".previous") {
      std::swap(current_, previous_);
    } else if (line.word == ".text" || line.word == ".data" || line.word == ".bss") {
      change(line.word);
    }
  }

 private:
  void change(std::string_view name) {
    previous_ = current_;
    current_ = name;
  }
  std::string current_ = ".text";
  std::string previous_ = ".text";
  std::vector<std::pair<std::string, std::string>> stack_;
};

bool is_code_section(std::string_view name) {
  return name == ".text" || name.starts_with(".text.") || name.starts_with("\".text");
}

class Finder {
 public:
  Finder(std::string_view assembly, const std::vector<std::string>& names)
      : lines_(split_lines(assembly)), names_(names) {}

  std::vector<FunctionBlocks> find() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Line line = read_line(lines_[i]);
      if (line.kind == LineKind::kAsmEnd) {
        in_asm_ = false;
        continue;
      }
      if (in_asm_) {
        see_asm(lines_[i], i);
        continue;
      }
      if (line.kind == LineKind::kAsmBegin) {
        in_asm_ = true;
        continue;
      }
      sections_.see(line);
      if (!open_) {
        begin_if_wanted(line, i);
      } else if (line.kind == LineKind::kDirective && line.word == ".size" && names(line.rest)) {
        end();
      } else if (sections_.current() == home_) {
        see(line, i);
      }
    }
    if (open_) {
      leave("its end is not marked");
      end();
    }
    return std::move(found_);
  }

 private:
  // "hot, .-hot"
  [[nodiscard]] bool names(std::string_view rest) const {
    std::string_view name = trimmed(rest.substr(0, rest.find(',')));
    if (name.starts_with('"') && name.size() >= 2) name = name.substr(1, name.size() - 2);
    return name == function_.name;
  }

  void leave(std::string_view why) {
    if (function_.left_alone.empty()) function_.left_alone = why;
  }

  void begin_if_wanted(const Line& line, std::size_t at) {
    if (line.kind != LineKind::kLabel || !contains(names_, line.word)) return;
    if (!is_code_section(sections_.current())) return;
    open_ = true;
    function_ = {};
    function_.name = line.word;
    home_ = sections_.current();
    after_barrier_ = false;
    start_.reset();
    waiting_.clear();
    function_.blocks.push_back({.text = {}, .instructions = 0, .line = at, .alignments = {}});
    if (!stands_free(at)) leave("what stands before it belongs to it");
  }

  // Nothing between the end of what came before and this label would be torn off it.
  [[nodiscard]] bool stands_free(std::size_t at) const {
    while (at-- > 0) {
      const Line line = read_line(lines_[at]);
      if (line.kind == LineKind::kNothing) continue;
      if (line.kind == LineKind::kLabel)
        return line.word.starts_with(".Lfunc_end") || line.word.starts_with(".LFE") ||
               line.word.starts_with(".LFB") || line.word.starts_with(".LCOLD") ||
               line.word.starts_with(".LHOT") || line.word.starts_with(".Ltext") ||
               line.word.starts_with(".Letext") || line.word.starts_with(".Lfunc_begin");
      if (line.kind != LineKind::kDirective) return false;
      if (!contains(kBeforeName, line.word)) return !contains(kData, line.word);
    }
    return true;
  }

  void end() {
    if (function_.blocks.back().instructions == 0 && function_.left_alone.empty())
      leave("it has no instructions");
    found_.push_back(std::move(function_));
    open_ = false;
  }

  void begin_block(std::size_t at) {
    if (!after_barrier_) return;
    function_.blocks.push_back({.text = {},
                                .instructions = 0,
                                .line = start_.value_or(at),
                                .alignments = std::move(waiting_)});
    waiting_.clear();
    start_.reset();
    after_barrier_ = false;
  }

  void add_text(std::string_view text) {
    CodeBlock& block = function_.blocks.back();
    block.text += without_label_names(text);
    block.text += '\n';
    ++block.instructions;
  }

  void see_asm(std::string_view raw, std::size_t at) {
    // gcc says between its own '#' lines where in the source they come from.
    const std::string_view text = trimmed(raw);
    if (!open_ || sections_.current() != home_ || text.empty() || text.starts_with('#')) return;
    begin_block(at);
    add_text(text);
  }

  void see_alignment(std::size_t at) {
    if (after_barrier_ && !start_) {
      function_.idle_lines.push_back(at);
      return;
    }
    // Behind the label of a block whose first instruction is still to come, or within one.
    std::vector<CodeBlock::Alignment>& list =
        after_barrier_ ? waiting_ : function_.blocks.back().alignments;
    if (!list.empty() && list.back().first + list.back().count == at) {
      ++list.back().count;
    } else {
      list.push_back({.first = at, .count = 1});
    }
  }

  void see(const Line& line, std::size_t at) {
    switch (line.kind) {
      case LineKind::kNothing:
      case LineKind::kAsmBegin:
      case LineKind::kAsmEnd: return;
      case LineKind::kLabel:
        if (after_barrier_ && !start_) start_ = at;
        if (!line.rest.empty()) leave("something stands behind one of its labels");
        return;
      case LineKind::kDirective:
        if (contains(kAlignments, line.word)) see_alignment(at);
        if (line.word == ".org" || line.word == ".reloc" || line.word == ".macro" ||
            line.word == ".rept" || line.word == ".if" || line.word == ".incbin" ||
            line.word == ".include" || line.word == ".subsection")
          leave(fmt::format("it holds {}", line.word));
        if (contains(kData, line.word)) {
          if (after_barrier_ || function_.blocks.back().instructions == 0)
            leave("it has data among its code");
          add_text(line.text);
        }
        return;
      case LineKind::kInstruction: see_instruction(line, at); return;
    }
  }

  void see_instruction(const Line& line, std::size_t at) {
    if (contains(kShortJumps, line.word)) leave(fmt::format("{} reaches 127 bytes", line.word));
    if (line.text.find(';') != std::string_view::npos) leave("two instructions stand on one line");
    // What stops speculation behind a return or jump stays behind it.
    if (line.word == "int3" && after_barrier_ && !start_) return;
    begin_block(at);
    add_text(line.text);
    after_barrier_ = contains(kBarriers, line.word);
  }

  std::vector<std::string_view> lines_;
  const std::vector<std::string>& names_;
  std::vector<FunctionBlocks> found_;
  Sections sections_;
  FunctionBlocks function_;
  std::string home_;
  bool open_ = false;
  bool in_asm_ = false;
  bool after_barrier_ = false;
  std::optional<std::size_t> start_;  // the first label behind the barrier
  std::vector<CodeBlock::Alignment> waiting_;
};

}  // namespace

std::vector<FunctionBlocks> find_blocks(std::string_view assembly,
                                        const std::vector<std::string>& names) {
  return Finder(assembly, names).find();
}

std::string place_blocks(std::string_view assembly,
                         const std::vector<FunctionPlacement>& placements) {
  std::map<std::size_t, std::string> before;   // a line -> what is put before it
  std::map<std::size_t, std::string> instead;  // a line -> what stands for it
  for (const FunctionPlacement& placement : placements) {
    const FunctionBlocks& function = *placement.function;
    AF_CHECK(function.left_alone.empty() && placement.places.size() == function.blocks.size());
    for (const std::size_t line : function.idle_lines) instead[line] = "";
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
      const CodeBlock& block = function.blocks[i];
      const BlockPlace& place = placement.places[i];
      AF_CHECK(place.nops.size() == block.alignments.size());
      before[block.line] = fmt::format("\t.p2align 6,0x90\n\t.skip {},0x90\n", place.residue % 64);
      for (std::size_t j = 0; j < block.alignments.size(); ++j) {
        const CodeBlock::Alignment& alignment = block.alignments[j];
        for (std::size_t k = 0; k < alignment.count; ++k) instead[alignment.first + k] = "";
        if (place.nops[j] != 0)
          instead[alignment.first] = fmt::format("\t.nops {}\n", place.nops[j]);
      }
    }
  }
  std::string text;
  text.reserve(assembly.size() + assembly.size() / 4);
  const std::vector<std::string_view> lines = split_lines(assembly);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const auto at = before.find(i); at != before.end()) text += at->second;
    if (const auto at = instead.find(i); at != instead.end()) {
      text += at->second;
      continue;
    }
    text += lines[i];
    text += '\n';
  }
  return text;
}

}  // namespace asmforge
