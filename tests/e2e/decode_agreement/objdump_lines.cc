#include "objdump_lines.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace asmforge::agreement {
namespace {

// "jmp\t0x31 <.text+0x31>" to "jmp 0x31"; "lea rax, [rip + 0x10]  # 0x20 <x>" likewise.
std::string plain(std::string_view text) {
  for (const std::string_view mark : {"# ", " <", "// "}) {
    const std::size_t at = text.find(mark);
    if (at != std::string_view::npos) text = text.substr(0, at);
  }
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out.push_back(space ? ' ' : c);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

// llvm-objdump 19 disassembles the separate debug file, where code is absent, when
// it finds one by build id: it is sent to look for them where none are.
Objdump::Objdump(const std::string& path, const std::string& flags)
    : pipe_(popen(("exec llvm-objdump-19 -d -z --debug-file-directory=/nonexistent " + flags +
                   " '" + path + "'")
                      .c_str(),
                  "r")) {
  // The two processes then seldom wait for each other; with less they only wait more often.
  constexpr int kPipeBytes = 1 << 20;
  if (pipe_ != nullptr) fcntl(fileno(pipe_), F_SETPIPE_SZ, kPipeBytes);
}

Objdump::~Objdump() {
  if (pipe_ != nullptr) pclose(pipe_);
  std::free(buffer_);
}

bool Objdump::parse(char* text, ObjdumpLine& line) const {
  constexpr std::string_view kSection = "Disassembly of section ";
  const std::string_view whole(text);
  if (whole.starts_with(kSection)) {
    line.kind = ObjdumpLine::Kind::kSection;
    line.text = whole.substr(kSection.size(), whole.rfind(':') - kSection.size());
    return true;
  }
  const char* at = text;
  const char* const end = text + whole.size();
  while (*at == ' ') ++at;
  const auto [stop, error] = std::from_chars(at, end, line.address, 16);
  if (error != std::errc() || stop == at) return false;
  if (*stop == ' ' && stop[1] == '<') {
    line.kind = ObjdumpLine::Kind::kLabel;
    return true;
  }
  if (*stop != ':') return false;
  line.size = 0;
  at = stop + 1;
  // Bytes of x86 stand apart, those of an instruction of AArch64 together: d65f03c0.
  const auto digits = [](const char* from) {
    unsigned count = 0;
    while (std::isxdigit(static_cast<unsigned char>(from[count])) != 0) ++count;
    return count;
  };
  for (unsigned group = 0; *at == ' ' && ((group = digits(at + 1)) == 2 || group == 8);
       at += 1 + group)
    line.size += group / 2;
  line.text = plain(std::string_view(at, static_cast<std::size_t>(end - at)));
  line.kind = ObjdumpLine::Kind::kInsn;
  if (line.text == "<unknown>") line.kind = ObjdumpLine::Kind::kUnknown;
  if (line.text.starts_with(".word ") || line.text.starts_with(".short ") ||
      line.text.starts_with(".byte "))
    line.kind = ObjdumpLine::Kind::kData;
  return true;
}

bool Objdump::ended_well(std::string& what) {
  const int status = pclose(pipe_);
  pipe_ = nullptr;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  what = WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                             : "ended with status " + std::to_string(WEXITSTATUS(status));
  return false;
}

bool Objdump::next(ObjdumpLine& line) {
  while (getline(&buffer_, &capacity_, pipe_) >= 0)
    if (parse(buffer_, line)) return true;
  return false;
}

}  // namespace asmforge::agreement
