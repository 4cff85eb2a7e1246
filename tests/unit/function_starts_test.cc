// Function starts of stripped programs against the symbols of the same programs
// before they were stripped. The programs are real code: Debian's C library, its
// C++ library, Rust's standard library, LLVM (this test links it), and what other
// static libraries of Debian are installed.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include "collect/readers/code_parts.h"
#include "elf_test_support.h"

namespace asmforge {
namespace {

using elf_test::open_one;
using elf_test::Scratch;

// The start-up code of the C runtime, most of it without unwind information.
const std::set<std::string, std::less<>> kStartUpCode = {
    "_init",           "_fini",
    "_start",          "deregister_tm_clones",
    "frame_dummy",     "register_tm_clones",
    "atexit",          "__do_global_dtors_aux",
    "__libc_csu_init", "_dl_relocate_static_pie",
    "__libc_csu_fini"};

struct Score {
  std::size_t truth = 0;
  std::size_t found = 0;
  std::size_t both = 0;
  std::size_t start_up = 0;
  std::size_t start_up_found = 0;

  [[nodiscard]] double recall() const {
    return truth == 0 ? 0 : static_cast<double>(both) / static_cast<double>(truth);
  }
  [[nodiscard]] double precision() const {
    return found == 0 ? 0 : static_cast<double>(both) / static_cast<double>(found);
  }
  Score& operator+=(const Score& o) {
    truth += o.truth, found += o.found, both += o.both;
    start_up += o.start_up, start_up_found += o.start_up_found;
    return *this;
  }
};

// Addresses of functions as readelf reads them: an implementation that is not ours.
struct Truth {
  std::set<std::uint64_t> functions;
  std::set<std::uint64_t> start_up;
};

Truth read_truth(const std::string& path, const Binary& binary) {
  ProcessOptions options;
  options.argv = {"readelf", "-sW", path};
  options.capture_bytes = std::size_t{256} << 20;
  const Result<ProcessResult> result = run_process(options);
  EXPECT_TRUE(result.has_value() && result->succeeded());
  Truth truth;
  if (!result) return truth;
  std::istringstream lines(result->output);
  bool symbol_table = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Symbol table")) symbol_table = line.find(".symtab") != line.npos;
    std::istringstream words(line);
    std::string number, value, size, type, binding, visibility, section, name;
    if (!symbol_table ||
        !(words >> number >> value >> size >> type >> binding >> visibility >> section >> name))
      continue;
    if ((type != "FUNC" && type != "IFUNC") || section == "UND") continue;
    std::uint64_t address = 0;
    std::from_chars(value.data(), value.data() + value.size(), address, 16);
    // A cold part has a symbol of type function, but nobody calls it.
    if (code_section_at(binary, address) == nullptr || is_cold_label(name)) continue;
    (kStartUpCode.contains(name) ? truth.start_up : truth.functions).insert(address);
  }
  return truth;
}

Score compare(const Scratch& scratch, const std::string& path) {
  scratch.run({"strip", "-o", "stripped", path});
  const Binary stripped = open_one(scratch.path("stripped"));
  EXPECT_FALSE(stripped.has_symbol_table);
  const Truth truth = read_truth(path, open_one(path, {.debug_file = "", .find_functions = false}));
  Score score{.truth = truth.functions.size(), .start_up = truth.start_up.size()};
  for (const FunctionEntry& function : stripped.functions) {
    const bool start_up = truth.start_up.contains(function.address);
    score.start_up_found += start_up ? 1U : 0U;
    if (start_up) continue;
    ++score.found;
    score.both += truth.functions.contains(function.address) ? 1U : 0U;
  }
  return score;
}

struct Program {
  std::string name;
  std::vector<std::string> build;  // the last argument is the output's name
};

constexpr std::string_view kUsesC = R"(
  #include <glob.h>
  #include <locale.h>
  #include <netdb.h>
  #include <regex.h>
  #include <stdio.h>
  #include <stdlib.h>
  int main(int argc, char** argv) {
    regex_t r; glob_t g; struct addrinfo* a;
    regcomp(&r, argv[0], 0); glob("*", 0, 0, &g); setlocale(LC_ALL, "");
    return printf("%d %f\n", regexec(&r, argv[argc - 1], 0, 0, 0), strtod(argv[0], 0)) +
           getaddrinfo(argv[0], 0, 0, &a);
  })";
constexpr std::string_view kUsesRust = R"(
  use std::collections::*;
  use std::io::Read;
  fn main() {
      let mut m: BTreeMap<String, Vec<f64>> = BTreeMap::new();
      let mut s = String::new();
      std::io::stdin().read_to_string(&mut s).unwrap();
      for l in s.lines() { m.entry(l.into()).or_default().push(l.parse().unwrap_or(0.5)); }
      let h: HashMap<_, _> = m.iter().collect();
      let t = std::thread::spawn(|| std::net::TcpStream::connect("127.0.0.1:1").is_ok());
      println!("{:?} {:?}", h, t.join().unwrap());
      std::process::Command::new("ls").spawn().ok();
  })";

Program whole_library(const std::string& library) {
  return {library,
          {"g++", "empty.c", "-Wl,--whole-archive", library, "-Wl,--no-whole-archive",
           "-Wl,--unresolved-symbols=ignore-all", "-o", "program"}};
}

TEST(FunctionStarts, OfStrippedProgramsAgreeWithTheirSymbols) {
  const Scratch scratch;
  scratch.write("uses.c", kUsesC);
  scratch.write("uses.rs", kUsesRust);
  scratch.write("empty.c", "int main() { return 0; }");
  std::vector<Program> programs = {
      {"Debian's C library", {"gcc", "-O2", "-w", "-static", "uses.c", "-o", "program"}},
      {"Rust's std", {"rustc", "-O", "uses.rs", "-o", "program"}},
      {"Rust's std, one unit, no unwinding",
       {"rustc", "-Copt-level=3", "-Cpanic=abort", "-Clto=fat", "uses.rs", "-o", "program"}},
      whole_library("-l:libstdc++.a"),
      whole_library("-l:libgmock.a"),
  };
  // More of Debian's own builds, where they are installed.
  for (const std::string name : {"libicui18n.a", "libX11.a", "libzstd.a", "libfreetype.a"}) {
    if (std::filesystem::exists("/usr/lib/x86_64-linux-gnu/" + name))
      programs.push_back(whole_library("-l:" + name));
    else
      fmt::print("not compared, because it is not installed: {}\n", name);
  }

  constexpr std::size_t kSmallest = 500;
  Score pooled;
  std::size_t large_enough = 0;
  const auto add = [&](const std::string& name, const Score& score) {
    fmt::print("{:36} {:6} functions, recall {:7.3f} %, precision {:7.3f} %, start-up code {}/{}\n",
               name, score.truth, 100 * score.recall(), 100 * score.precision(),
               score.start_up_found, score.start_up);
    pooled += score;
    large_enough += score.truth >= kSmallest ? 1U : 0U;
  };
  add("this test with LLVM inside",
      compare(scratch, std::filesystem::read_symlink("/proc/self/exe").string()));
  for (const Program& program : programs) {
    scratch.run(program.build);
    if (HasFatalFailure()) return;
    add(program.name, compare(scratch, scratch.path("program")));
  }
  add("all", pooled);
  EXPECT_GE(large_enough, 6U);  // "all" is one of them
  EXPECT_GE(pooled.recall(), 0.99);
  EXPECT_GE(pooled.precision(), 0.99);
}

}  // namespace
}  // namespace asmforge
