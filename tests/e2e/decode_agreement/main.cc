// decode_agreement DIFFERENCES.tsv [--full] [--att] [FILE...]
//
// Every instruction of real programs, as asmforge decodes it, against two other
// decoders: llvm-objdump (address, length, text) and, for x86-64, Zydis (length, registers
// read and written, memory access, targets). Words at random stand for the instructions of
// AArch64 that programs seldom have. What differs must be in the table, and what
// is in the table must differ. Without FILE, Debian's own programs are read, and with
// --full the largest ones of this machine. What is not there is left out, and named.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comparison.h"

namespace asmforge::agreement {
namespace {

constexpr unsigned kFewestFiles = 8;

// C, C++, hand-written assembly with and without AVX-512, old and new compilers.
constexpr const char* kFiles[] = {
    "/bin/bash",
    "/usr/bin/python3",
    "/usr/bin/qemu-x86_64",
    "/usr/lib/llvm-19/bin/llvm-objdump",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libm.so.6",
    "/usr/lib/x86_64-linux-gnu/libmvec.so.1",
    "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
    "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
    "/usr/lib/x86_64-linux-gnu/libzstd.so.1",
    "/usr/lib/x86_64-linux-gnu/libgmp.so.10",
    "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0",
    "/usr/lib/x86_64-linux-gnu/libdav1d.so.6",
    "/usr/aarch64-linux-gnu/lib/libc.so.6",
    "/usr/aarch64-linux-gnu/lib/libm.so.6",
    "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
};
constexpr const char* kLargestFiles[] = {
    "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
    "/usr/lib/x86_64-linux-gnu/libx265.so.199",
    "/usr/lib/x86_64-linux-gnu/libclang-cpp.so.19.1",
    "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1",
};

// librustc_driver of the toolchain that `rustc` is; empty when there is none.
std::string rustc_driver() {
  std::FILE* const pipe = popen("rustc --print sysroot 2>/dev/null", "r");
  char line[4096] = "";
  if (pipe == nullptr) return "";
  const bool found = std::fgets(line, sizeof line, pipe) != nullptr;
  pclose(pipe);
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::path(std::string_view(line).substr(0, std::strcspn(line, "\n"))) / "lib";
  if (!found) return "";
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with("librustc_driver"))
      return entry.path().string();
  return "";
}

// Rows whose own example does not show the difference.
unsigned unused_rows(const std::vector<KnownDifference>& rows) {
  unsigned unused = 0;
  for (const KnownDifference& row : rows) {
    Comparison comparison(Syntax::kIntel);
    if (!comparison.example(row) || comparison.sightings().count(row.difference) == 0) {
      std::printf("UNUSED  %s\n", to_string(row.difference).c_str());
      for (const auto& [seen, sighting] : comparison.sightings())
        std::printf("        its bytes show: %s\n", to_string(seen).c_str());
      ++unused;
    }
  }
  return unused;
}

unsigned unexplained(const std::vector<KnownDifference>& rows, const Sightings& sightings) {
  unsigned count = 0;
  for (const auto& [difference, sighting] : sightings) {
    bool known = false;
    for (const KnownDifference& row : rows) known |= row.difference == difference;
    if (known) continue;
    ++count;
    std::printf("UNEXPLAINED %10llu  %s   %s\n", static_cast<unsigned long long>(sighting.count),
                to_string(difference).c_str(), sighting.first.c_str());
  }
  return count;
}

// Most of them are instructions, of every extension.
constexpr std::size_t kRandomWords = 200'000;

std::vector<std::uint8_t> random_words() {
  std::mt19937 random(20261127);
  std::vector<std::uint8_t> bytes(kRandomWords * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < kRandomWords; ++i) {
    const auto word = static_cast<std::uint32_t>(random());
    std::memcpy(bytes.data() + i * sizeof word, &word, sizeof word);
  }
  return bytes;
}

struct Options {
  std::string table;
  Syntax syntax = Syntax::kIntel;
  std::vector<std::string> files;
  bool words = false;  // random ones too
};

Options options_of(std::span<char*> arguments) {
  Options options;
  bool full = false;
  for (const std::string_view argument : arguments) {
    if (argument == "--att")
      options.syntax = Syntax::kAtt;
    else if (argument == "--full")
      full = true;
    else if (options.table.empty())
      options.table = argument;
    else
      options.files.emplace_back(argument);
  }
  if (!options.files.empty()) return options;
  options.words = true;
  options.files.assign(std::begin(kFiles), std::end(kFiles));
  if (full) {
    options.files.insert(options.files.end(), std::begin(kLargestFiles), std::end(kLargestFiles));
    options.files.push_back(rustc_driver());
  }
  return options;
}

struct Sum {
  unsigned files = 0;
  std::uint64_t insns = 0;
  Sightings sightings;
};

// False when objdump left something out.
bool compare(const std::string& path, const std::string& shown, const ElfText& elf, Syntax syntax,
             Sum& sum) {
  Comparison comparison(syntax, elf.isa);
  if (const std::string wrong = comparison.file(path, elf); !wrong.empty()) {
    std::printf("llvm-objdump-19 %s: %s\n", wrong.c_str(), shown.c_str());
    return false;
  }
  ++sum.files;
  std::printf("%12llu instructions, %llu bytes of data: %s\n",
              static_cast<unsigned long long>(comparison.totals().insns),
              static_cast<unsigned long long>(comparison.totals().data_bytes), shown.c_str());
  std::fflush(stdout);
  sum.insns += comparison.totals().insns;
  for (const auto& [difference, sighting] : comparison.sightings()) {
    Sighting& known = sum.sightings[difference];
    if (known.count == 0) known.first = sighting.first;
    known.count += sighting.count;
  }
  return true;
}

int run(const Options& options) {
  std::vector<KnownDifference> rows;
  if (!read_differences(options.table, rows)) return 2;
  Sum sum;
  for (const std::string& path : options.files) {
    const ElfText elf = read_elf_text(path);
    if (elf.sections.empty()) {
      std::printf("left out: %s is not there, or no ELF file that is read\n", path.c_str());
      continue;
    }
    if (!compare(path, path, elf, options.syntax, sum)) return 1;
  }
  const unsigned files = sum.files;
  if (options.words) {
    const TemporaryElf words(random_words(), Isa::kAarch64);
    if (!compare(words.path(), "random words of AArch64", read_elf_text(words.path()),
                 options.syntax, sum))
      return 1;
  }
  const unsigned unused = unused_rows(rows);
  const unsigned open = unexplained(rows, sum.sightings);
  std::printf("%llu instructions of %u files; %zu known differences, %u unused, %u unexplained\n",
              static_cast<unsigned long long>(sum.insns), sum.files, rows.size(), unused, open);
  const bool enough = files >= std::min<std::size_t>(kFewestFiles, options.files.size());
  if (!enough) std::printf("fewer than %u files could be compared\n", kFewestFiles);
  return unused == 0 && open == 0 && enough ? 0 : 1;
}

}  // namespace
}  // namespace asmforge::agreement

int main(int count, char** arguments) {
  using namespace asmforge::agreement;
  return run(options_of(std::span(arguments + 1, static_cast<std::size_t>(count - 1))));
}
