// decode_agreement DIFFERENCES.tsv [--full] [--att] [FILE...]
//
// Every instruction of real programs, as asmforge decodes it, against two other
// decoders: llvm-objdump (address, length, text) and Zydis (length, registers read
// and written, memory access, targets). What differs must be in the table, and what
// is in the table must differ. Without FILE, Debian's own programs are read, and with
// --full the largest ones of this machine. What is not there is left out, and named.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
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

struct Options {
  std::string table;
  Syntax syntax = Syntax::kIntel;
  std::vector<std::string> files;
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
  options.files.assign(std::begin(kFiles), std::end(kFiles));
  if (full) {
    options.files.insert(options.files.end(), std::begin(kLargestFiles), std::end(kLargestFiles));
    options.files.push_back(rustc_driver());
  }
  return options;
}

int run(const Options& options) {
  std::vector<KnownDifference> rows;
  if (!read_differences(options.table, rows)) return 2;
  unsigned files = 0;
  Sightings all;
  Totals totals;
  for (const std::string& path : options.files) {
    const ElfText elf = read_elf_text(path);
    if (elf.sections.empty()) {
      std::printf("left out: %s is not there, or no x86-64 ELF file\n", path.c_str());
      continue;
    }
    Comparison comparison(options.syntax);
    if (const std::string wrong = comparison.file(path, elf); !wrong.empty()) {
      std::printf("llvm-objdump-19 %s: %s\n", wrong.c_str(), path.c_str());
      return 1;
    }
    ++files;
    std::printf("%12llu instructions, %llu bytes of data: %s\n",
                static_cast<unsigned long long>(comparison.totals().insns),
                static_cast<unsigned long long>(comparison.totals().data_bytes), path.c_str());
    std::fflush(stdout);
    totals.insns += comparison.totals().insns;
    for (const auto& [difference, sighting] : comparison.sightings()) {
      Sighting& sum = all[difference];
      if (sum.count == 0) sum.first = sighting.first;
      sum.count += sighting.count;
    }
  }
  const unsigned unused = unused_rows(rows);
  const unsigned open = unexplained(rows, all);
  std::printf("%llu instructions of %u files; %zu known differences, %u unused, %u unexplained\n",
              static_cast<unsigned long long>(totals.insns), files, rows.size(), unused, open);
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
