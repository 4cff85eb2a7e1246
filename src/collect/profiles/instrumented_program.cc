#include "collect/profiles/instrumented_program.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/elf_file.h"
#include "base/helper_file.h"
#include "base/interrupt.h"
#include "base/mapped_file.h"
#include "base/process.h"
#include "collect/profiles/counter_code.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOtherwise = "or count under QEMU without --native";

// ---- the tool ----

struct Bolt {
  std::string path;
  std::string tool;  // "llvm-bolt 19.1.7"
};

Result<Bolt> find_bolt() {
  for (const char* name : {"llvm-bolt-19", "llvm-bolt"}) {
    const std::optional<std::string> found = find_program(name);
    if (!found) continue;
    std::error_code ignored;
    // It looks for runtime libraries beside itself, and does not follow the link in PATH.
    const std::string path = fs::canonical(*found, ignored).string();
    ProcessOptions options;
    options.argv = {path, "--version"};
    options.timeout = std::chrono::seconds(20);
    AF_TRY(const ProcessResult answer, run_process(options));
    constexpr std::string_view kVersion = "LLVM version ";
    const std::size_t at = answer.output.find(kVersion);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + kVersion.size();
    const std::string version =
        answer.output.substr(begin, answer.output.find_first_of(" \n", begin) - begin);
    if (version.starts_with("19.")) return Bolt{path, "llvm-bolt " + version};
  }
  return Error{ErrorCode::kUnavailable, "native counts need llvm-bolt 19, which is not installed",
               fmt::format("apt install bolt-19, {}", kOtherwise)};
}

// ---- the program ----

Error no_program(const std::string& path) {
  return {ErrorCode::kBadInput, path + ": is no x86-64 ELF program",
          "name the program itself, not a script that starts it"};
}

bool has_code_relocations(const ElfFile& elf) {
  return std::ranges::any_of(elf.sections, [&](const ElfSection& section) {
    const Elf64_Shdr& header = section.header;
    return header.sh_type == SHT_RELA && (header.sh_flags & SHF_ALLOC) == 0 &&
           header.sh_info < elf.sections.size() &&
           elf.sections[header.sh_info].has_flag(SHF_EXECINSTR);
  });
}

bool has_interpreter(const ElfFile& elf) {
  return std::ranges::any_of(elf.segments,
                             [](const Elf64_Phdr& s) { return s.p_type == PT_INTERP; });
}

Result<Done> check_program(const std::string& path, const ElfFile& elf) {
  struct stat status = {};
  if (elf.header.e_machine != EM_X86_64 ||
      (elf.header.e_type != ET_EXEC && elf.header.e_type != ET_DYN))
    return no_program(path);
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & S_ISUID) != 0 &&
      status.st_uid != geteuid())
    return Error{ErrorCode::kUnavailable,
                 path + ": is set-user-id, and its instrumented copy would not be", "try --sample"};
  if (elf.first_of_type(SHT_SYMTAB) == nullptr)
    return Error{ErrorCode::kBadInput, path + ": has no symbol table, so its functions are unknown",
                 fmt::format("profile it before it is stripped, {}", kOtherwise)};
  if (!has_code_relocations(elf))
    return Error{
        ErrorCode::kBadInput,
        path + ": was linked without its relocations, so its code cannot be moved",
        fmt::format("link with -Wl,--emit-relocs (for rustc -C link-arg=-Wl,--emit-relocs),"
                    " {}",
                    kOtherwise)};
  return Done{};
}

// ---- symbols ----

struct NamedCode {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

// In the table's order, which llvm-bolt keeps: the third `init` there is the third here.
std::vector<NamedCode> code_symbols(const ElfFile& elf) {
  std::vector<NamedCode> symbols;
  const ElfSection* section = elf.first_of_type(SHT_SYMTAB);
  const auto table = elf.table<Elf64_Sym>(section);
  const ElfSection* names = section == nullptr ? nullptr : elf.linked_to(*section);
  StringTable strings(names == nullptr ? Bytes() : names->bytes);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Elf64_Sym symbol = table[i];
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) continue;
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) continue;
    symbols.push_back({strings.at(symbol.st_name), symbol.st_value, symbol.st_size});
  }
  return symbols;
}

class MovedCode {
 public:
  MovedCode(const ElfFile& before, const ElfFile& after) {
    std::unordered_map<std::string_view, std::vector<NamedCode>> named;
    for (const NamedCode& symbol : code_symbols(before)) named[symbol.name].push_back(symbol);
    std::unordered_map<std::string_view, std::size_t> seen;
    for (const NamedCode& symbol : code_symbols(after)) {
      const auto found = named.find(symbol.name);
      if (found == named.end()) continue;
      const std::size_t number = seen[symbol.name]++;
      if (number < found->second.size()) was_.emplace(symbol.address, found->second[number]);
    }
  }
  [[nodiscard]] const NamedCode* was(std::uint64_t address) const {
    const auto found = was_.find(address);
    return found == was_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<std::uint64_t, NamedCode> was_;
};

std::vector<CountedCode> place_functions(CounterTables& tables, const MovedCode& moved) {
  std::vector<CountedCode> placed;
  for (CountedFunction& function : tables.functions) {
    const auto entry = std::ranges::find_if(
        function.entries, [](const CountedEntry& candidate) { return candidate.node == 0; });
    const NamedCode* was = entry == function.entries.end() ? nullptr : moved.was(entry->address);
    if (was != nullptr) placed.push_back({was->address, was->size, std::move(function)});
  }
  return placed;
}

// ---- what cannot be followed from inside ----

bool names_any(const ElfFile& elf, const ElfSection* section, bool defined,
               std::span<const std::string_view> wanted) {
  const auto table = elf.table<Elf64_Sym>(section);
  const ElfSection* names = section == nullptr ? nullptr : elf.linked_to(*section);
  StringTable strings(names == nullptr ? Bytes() : names->bytes);
  for (std::size_t i = 0; i < table.size(); ++i)
    if ((table[i].st_shndx != SHN_UNDEF) == defined &&
        std::ranges::find(wanted, strings.at(table[i].st_name)) != wanted.end())
      return true;
  return false;
}

// Nothing can be preloaded into a static program, and functions that it chooses by the CPU
// would run as they were, uncounted. A thread made by clone gets no counters of its own.
Result<Done> check_that_it_can_be_followed(const std::string& path, const ElfFile& elf) {
  constexpr std::array<std::string_view, 1> kClone = {"clone"};
  if (!has_interpreter(elf))
    return Error{ErrorCode::kUnavailable,
                 path + ": is static, so not all that runs of it could be counted",
                 fmt::format("link it dynamically, {}", kOtherwise)};
  if (names_any(elf, elf.first_of_type(SHT_DYNSYM), false, kClone))
    return Error{ErrorCode::kUnavailable,
                 path + ": makes threads with clone, which cannot be told apart",
                 std::string(kOtherwise.substr(3))};
  return Done{};
}

// Comes back twice or elsewhere, where per_thread.c does not see it.
bool leaves_unseen(const ElfFile& elf) {
  constexpr std::array<std::string_view, 3> kCalled = {"vfork", "setcontext", "swapcontext"};
  constexpr std::array<std::string_view, 2> kOwn = {"_Unwind_RaiseException", "longjmp"};
  return names_any(elf, elf.first_of_type(SHT_DYNSYM), false, kCalled) ||
         names_any(elf, elf.first_of_type(SHT_SYMTAB), true, kOwn);
}

// ---- the copy ----

std::string last_error(const std::string& said) {
  constexpr std::string_view kMark = "BOLT-ERROR: ";
  const std::size_t at = said.rfind(kMark);
  if (at == std::string::npos) return "it failed";
  const std::size_t begin = at + kMark.size();
  return said.substr(begin, said.find('\n', begin) - begin);
}

Result<Done> run_bolt(const Bolt& bolt, const InstrumentRequest& request,
                      const InstrumentedProgram& made) {
  AF_TRY(const std::string runtime, helper_file("libasmforge_native_runtime.a"));
  const fs::path libraries = fs::path(bolt.path).parent_path() / "../lib";
  ProcessOptions options;
  options.argv = {
      bolt.path,
      request.program,
      "-o",
      made.path,
      "--instrument",
      "--runtime-instrumentation-lib=" + fs::relative(runtime, fs::canonical(libraries)).string()};
  options.interrupted = &interrupt_flag();
  if (request.on_command) request.on_command(shell_quoted(options.argv));
  AF_TRY(const ProcessResult result, run_process(options));
  if (result.succeeded()) return Done{};
  return Error{
      ErrorCode::kUnavailable,
      fmt::format("{} cannot instrument {}: {}", made.tool, request.program,
                  result.signal != 0 ? result.ending() : last_error(result.output + result.errors)),
      fmt::format("try --sample, {}", kOtherwise)};
}

Error damaged(const std::string& path) {
  return {ErrorCode::kUnavailable, path + ": is not as llvm-bolt should have left it",
          std::string(kOtherwise.substr(3))};
}

Result<std::vector<std::uint8_t>> read_all(const std::string& path) {
  AF_TRY(const auto file, MappedFile::open(path));
  return std::vector<std::uint8_t>(file->bytes().begin(), file->bytes().end());
}

Result<Done> cheapen(const std::string& path, const ElfFile& elf, const InstrumentedProgram& made,
                     std::vector<std::uint8_t>& bytes) {
  std::vector<CodeBytes> code;
  for (const ElfSection& section : elf.sections)
    if (section.has_flag(SHF_EXECINSTR) && !section.bytes.empty() &&
        !section.name.starts_with(".bolt.org"))
      code.push_back({section.header.sh_addr,
                      std::span(bytes).subspan(section.header.sh_offset, section.bytes.size())});
  cheapen_counters(code, made.counter_place);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out)
    return Error{ErrorCode::kUnavailable, path + ": cannot be written",
                 "name another folder in TMPDIR"};
  return Done{};
}

// The old code is still there, and uncounted. Whoever comes to it by an address that
// llvm-bolt did not find shall not go on unseen: SIGTRAP. Only entries, which are code
// for certain; there may be data in what follows.
void trap_old_entries(const ElfFile& elf, const InstrumentedProgram& made,
                      std::vector<std::uint8_t>& bytes) {
  constexpr std::uint8_t kTrap = 0xcc;  // int3
  for (const ElfSection& section : elf.sections) {
    if (!section.name.starts_with(".bolt.org.") || !section.has_flag(SHF_EXECINSTR)) continue;
    for (const CountedCode& function : made.functions) {
      const std::uint64_t at = function.address - section.header.sh_addr;
      if (function.address >= section.header.sh_addr && at < section.bytes.size())
        bytes[section.header.sh_offset + at] = kTrap;
    }
  }
}

Result<Done> finish_copy(const ElfFile& before, InstrumentedProgram& made) {
  constexpr std::uint64_t kPage = 4096;
  AF_TRY(std::vector<std::uint8_t> bytes, read_all(made.path));
  AF_TRY(const ElfFile after, ElfFile::parse(bytes));
  const ElfSection* note = after.section_named(".bolt.instr.tables");
  const ElfSection* counters = after.section_named(".bolt.instr.counters");
  if (note == nullptr || counters == nullptr) return damaged(made.path);
  AF_TRY(CounterTables tables, read_counter_tables(note->bytes));
  made.counters = tables.counters;
  const std::uint64_t begin = counters->header.sh_addr;
  const std::uint64_t size = (made.counters * sizeof(std::uint64_t) + kPage - 1) / kPage * kPage;
  if (begin % kPage != 0 || size > counters->header.sh_size) return damaged(made.path);
  made.counter_place = {begin, begin + size};
  made.functions = place_functions(tables, MovedCode(before, after));
  trap_old_entries(after, made, bytes);
  return cheapen(made.path, after, made, bytes);
}

}  // namespace

Result<InstrumentedProgram> instrument_program(const InstrumentRequest& request) {
  AF_TRY(const auto file, MappedFile::open(request.program));
  if (!is_elf(file->bytes())) return no_program(request.program);
  AF_TRY(const ElfFile before, ElfFile::parse(file->bytes()));
  AF_TRY(const Done sound, check_program(request.program, before));
  static_cast<void>(sound);
  AF_TRY(const Done followed, check_that_it_can_be_followed(request.program, before));
  static_cast<void>(followed);
  AF_TRY(const Bolt bolt, find_bolt());
  InstrumentedProgram made;
  made.tool = bolt.tool;
  made.path = fmt::format("{}/{}", request.folder, fs::path(request.program).filename().string());
  made.calls_are_watched = !leaves_unseen(before);
  AF_TRY(const Done copied, run_bolt(bolt, request, made));
  static_cast<void>(copied);
  AF_TRY(const Done finished, finish_copy(before, made));
  static_cast<void>(finished);
  return made;
}

}  // namespace asmforge
