// Predicates on mutants: whoever outlines, renames, unrolls, deletes, swaps or
// replaces the loop must not be told that the defect is mended.
//
// All mutants of a kernel are functions of one translation unit, compiled once
// per compiler; each pretends to be the kernel's function in another build.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../support/scratch_dir.h"
#include "audit/audit.h"
#include "audit/predicates.h"
#include "base/process.h"
#include "collect/open.h"
#include "collect/source_lines.h"

namespace asmforge {
namespace {

struct Kernel {
  std::string name;
  std::string language;  // suffix
  std::string check;
  std::string prelude, parameters, arguments;
  std::string loop, fixed;     // a for statement; what mends it
  std::string extended;        // the loop with more work, and the same defect
  std::string step, one_step;  // the loop over calls of STEP; STEP's definition
  std::string unrolled{};      // for Rust, which has no pragma
  [[nodiscard]] bool is_rust() const { return language == ".rs"; }
};

// Loops beside the kernel's: as it is, changed, and of another kind.
struct Others {
  std::string same, changed, different;
};

const Others& others_of(const Kernel& kernel) {
  static const Others c = {
      "for (unsigned j = 0; j < n; j++) { if (in[j] == 0) break; aux[j] = aux[j] * 5 + in[j]; }",
      "for (unsigned j = 0; j < n; j++) { if (in[j] == 1) break; aux[j] = (aux[j] ^ in[j]) << 3; }",
      "{ unsigned t = 0; for (unsigned j = 0; j < n; j++) { if (in[j] == 9) break; t += in[j]; } "
      "aux[0] = t; }"};
  static const Others rust = {
      "for j in 0..n { let x = *input.add(j); if x == 0 { break; }"
      "  *aux.add(j) = (*aux.add(j)).wrapping_mul(5).wrapping_add(x); }",
      "for j in 0..n { let x = *input.add(j); if x == 1 { break; }"
      "  *aux.add(j) = (*aux.add(j) ^ x) << 3; }",
      "{ let mut t = 0u32; for j in 0..n { let x = *input.add(j); if x == 9 { break; }"
      "  t = t.wrapping_add(x); } *aux = t; }"};
  return kernel.is_rust() ? rust : c;
}

std::vector<Kernel> c_kernels() {
  const std::string common = ", const unsigned* in, unsigned* aux, unsigned n";
  const std::string names = ", in, aux, n";
  const std::string buffer = "struct S { int count; int value; char* bytes; int* words; };\n";
  std::vector<Kernel> kernels;
  kernels.push_back(
      {"byte_fill", ".c", "invariant-load-in-loop", buffer, "struct S* s" + common, "s" + names,
       "for (int i = 0; i < s->count; i++) s->bytes[i] = (char)(i ^ s->value);",
       "{ const int c = s->count, v = s->value; char* b = s->bytes;"
       "  for (int i = 0; i < c; i++) b[i] = (char)(i ^ v); }",
       "for (int i = 0; i < s->count; i++) s->bytes[i] = (char)((i ^ s->value) * 3 + i);",
       "for (int i = 0; i < s->count; i++) STEP(s, i);",
       "void STEP(struct S* s, int i) { s->bytes[i] = (char)(i ^ s->value); }"});
  kernels.push_back(
      {"word_fill", ".c", "invariant-load-in-loop", buffer, "struct S* s" + common, "s" + names,
       "for (int i = 0; i < s->count; i++) s->words[i] ^= s->value;",
       "{ const int c = s->count, v = s->value; int* w = s->words;"
       "  for (int i = 0; i < c; i++) w[i] ^= v; }",
       "for (int i = 0; i < s->count; i++) s->words[i] = (s->words[i] ^ s->value) + i;",
       "for (int i = 0; i < s->count; i++) STEP(s, i);",
       "void STEP(struct S* s, int i) { s->words[i] ^= s->value; }"});
  kernels.push_back(
      {"histogram", ".c", "invariant-load-in-loop", "", "unsigned* h, const unsigned* m" + common,
       "h, m" + names, "for (unsigned i = 0; i < *m; i++) h[in[i] & 255]++;",
       "{ const unsigned c = *m; for (unsigned i = 0; i < c; i++) h[in[i] & 255]++; }",
       "for (unsigned i = 0; i < *m; i++) h[(in[i] >> 3) & 255] += i;",
       "for (unsigned i = 0; i < *m; i++) STEP(h, in, i);",
       "void STEP(unsigned* h, const unsigned* in, unsigned i) { h[in[i] & 255]++; }"});
  kernels.push_back({"divide", ".c", "invariant-divide", "", "unsigned* out, unsigned d" + common,
                     "out, d" + names, "for (unsigned i = 0; i < n; i++) out[i] = in[i] / d;",
                     "{ const unsigned long long r = ~0ull / d + 1;"
                     "  for (unsigned i = 0; i < n; i++)"
                     "    out[i] = (unsigned)(((unsigned __int128)r * in[i]) >> 64); }",
                     "for (unsigned i = 0; i < n; i++) out[i] = (in[i] ^ i) / d;",
                     "for (unsigned i = 0; i < n; i++) STEP(out, in, d, i);",
                     "void STEP(unsigned* out, const unsigned* in, unsigned d, unsigned i)"
                     "{ out[i] = in[i] / d; }"});
  kernels.push_back({"remainder", ".c", "invariant-divide", "", "int* out, int d" + common,
                     "out, d" + names, "for (unsigned i = 0; i < n; i++) out[i] = (int)in[i] % d;",
                     "for (unsigned i = 0; i < n; i++) out[i] = (int)in[i] & (d - 1);",
                     "for (unsigned i = 0; i < n; i++) out[i] = ((int)in[i] % d) * 3;",
                     "for (unsigned i = 0; i < n; i++) STEP(out, in, d, i);",
                     "void STEP(int* out, const unsigned* in, int d, unsigned i)"
                     "{ out[i] = (int)in[i] % d; }"});
  kernels.push_back(
      {"at", ".cc", "bounds-check-in-loop", "#include <vector>\n",
       "std::vector<unsigned>& v, unsigned s" + common, "v, s" + names,
       "for (unsigned i = 0; i < n; i++) v.at(i) = s = (s << 3 | s >> 29) ^ in[i];",
       "{ unsigned* p = v.data(); if (n > v.size()) __builtin_abort();"
       "  for (unsigned i = 0; i < n; i++) p[i] = s = (s << 3 | s >> 29) ^ in[i]; }",
       "for (unsigned i = 0; i < n; i++) v.at(i) = s = ((s << 3 | s >> 29) ^ in[i]) + i;",
       "for (unsigned i = 0; i < n; i++) s = STEP(v, in, s, i);",
       "unsigned STEP(std::vector<unsigned>& v, const unsigned* in, unsigned s, unsigned i)"
       "{ return v.at(i) = (s << 3 | s >> 29) ^ in[i]; }"});
  kernels.push_back(
      {"asserted", ".cc", "bounds-check-in-loop", "#include <span>\n",
       "std::span<unsigned> v, unsigned s" + common, "v, s" + names,
       "for (unsigned i = 0; i < n; i++) v[i] = s = (s << 5 | s >> 27) + in[i];",
       "{ unsigned* p = v.data(); if (n > v.size()) __builtin_abort();"
       "  for (unsigned i = 0; i < n; i++) p[i] = s = (s << 5 | s >> 27) + in[i]; }",
       "for (unsigned i = 0; i < n; i++) v[i] = s = ((s << 5 | s >> 27) + in[i]) ^ i;",
       "for (unsigned i = 0; i < n; i++) s = STEP(v, in, s, i);",
       "unsigned STEP(std::span<unsigned> v, const unsigned* in, unsigned s, unsigned i)"
       "{ return v[i] = (s << 5 | s >> 27) + in[i]; }"});
  return kernels;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

// The body names its index I, and calls nothing; a fix has another body.
Kernel rust_kernel(const std::string& name, const std::string& check, const std::string& parameters,
                   const std::string& arguments, const std::string& body,
                   const std::string& extended, const std::string& fixed) {
  const auto loop = [](const std::string& of) {
    return "for i in 0..n { " + replaced(of, "I", "i") + " }";
  };
  Kernel k{name,
           ".rs",
           check,
           "",
           parameters + ", input: *const u32, aux: *mut u32, n: usize",
           arguments + ", input, aux, n",
           loop(body),
           fixed,
           loop(extended),
           "",
           "",
           ""};
  k.step = loop("STEP(" + k.arguments + ", I);");
  // Without the loop a break is a return.
  k.one_step = "unsafe fn STEP(" + k.parameters + ", i: usize) { let _ = (n, aux, input); " +
               replaced(replaced(body, "I", "i"), "break", "return") + " }";
  std::string four;
  for (const char* i : {"i", "(i + 1)", "(i + 2)", "(i + 3)"}) four += replaced(body, "I", i);
  k.unrolled = "let mut i = 0; while i + 4 <= n { " + four + " i += 4; } while i < n { " +
               replaced(body, "I", "i") + " i += 1; }";
  return k;
}

std::vector<Kernel> rust_kernels() {
  return {
      rust_kernel("raw_gain", "invariant-load-in-loop", "gain: *const u32, data: *mut u32",
                  "gain, data",
                  "if *data.add(I) == 0 { break; }"
                  " *data.add(I) = (*data.add(I)).wrapping_mul(*gain);",
                  "if *data.add(I) == 0 { break; }"
                  " *data.add(I) = (*data.add(I)).wrapping_mul(*gain).rotate_left(7);",
                  "{ let g = *gain; for i in 0..n { if *data.add(i) == 0 { break; }"
                  " *data.add(i) = (*data.add(i)).wrapping_mul(g); } }"),
      rust_kernel("divide", "invariant-divide", "out: *mut u32, d: std::num::NonZeroU32", "out, d",
                  "*out.add(I) = *input.add(I) / d;", "*out.add(I) = (*input.add(I) ^ 77) / d;",
                  "{ let r = u64::MAX / u64::from(d.get()) + 1; for i in 0..n {"
                  " *out.add(i) = ((u128::from(r) * u128::from(*input.add(i))) >> 64) as u32; } }"),
      rust_kernel("index", "bounds-check-in-loop", "v: &mut [u32], s: &mut u32", "v, s",
                  "*s = s.rotate_left(3) ^ *input.add(I); v[I] = *s;",
                  "*s = (s.rotate_left(3) ^ *input.add(I)).wrapping_mul(9); v[I] = *s;",
                  "{ let v = &mut v[..n]; for i in 0..n {"
                  " *s = s.rotate_left(3) ^ *input.add(i); v[i] = *s; } }"),
  };
}

// A mutation writes the definition of function NAME.
using Mutation = std::function<std::string(const Kernel&, const std::string& name)>;

std::string function(const Kernel& k, const std::string& name, const std::string& body) {
  // A module each: equal functions of one would be merged.
  if (k.is_rust())
    return "pub mod in_" + name + " { #[no_mangle] pub unsafe fn " + name + "(" + k.parameters +
           ") { let _ = n; " + body + " } }\n";
  return "#line 100\nCASE void " + name + "(" + k.parameters + ") { " + body + " }\n";
}

// The loops go to a function of their own, which the mutant calls.
std::string outlined(const Kernel& k, const std::string& name, const std::string& moved,
                     const std::string& kept) {
  if (k.is_rust())
    return "pub mod with_" + name + " { #[inline(never)] pub unsafe fn part(" + k.parameters +
           ") { let _ = n; " + moved + " } }\n" +
           function(k, name, "super::with_" + name + "::part(" + k.arguments + "); " + kept);
  return "static __attribute__((noinline)) void " + name + "_part(" + k.parameters + ") { " +
         moved + " }\n" + function(k, name, name + "_part(" + k.arguments + "); " + kept);
}

const std::vector<std::pair<std::string, Mutation>>& mutations() {
  static const std::vector<std::pair<std::string, Mutation>> all = {
      {"same", [](const Kernel& k,
                  const std::string& f) { return function(k, f, k.loop + others_of(k).same); }},
      {"outline", [](const Kernel& k,
                     const std::string& f) { return outlined(k, f, k.loop, others_of(k).same); }},
      {"outline and change the other",
       [](const Kernel& k, const std::string& f) {
         return outlined(k, f, k.loop, others_of(k).changed);
       }},
      {"outline all",
       [](const Kernel& k, const std::string& f) {
         return outlined(k, f, k.loop + others_of(k).same, "");
       }},
      {"outline the body",
       [](const Kernel& k, const std::string& f) {
         if (k.is_rust())
           return "pub mod with_" + f + " { #[inline(never)] pub " +
                  replaced(k.one_step, "STEP", "step") + " }\n" +
                  function(
                      k, f,
                      replaced(k.step, "STEP", "super::with_" + f + "::step") + others_of(k).same);
         return "static __attribute__((noinline)) " + replaced(k.one_step, "STEP", f + "_step") +
                "\n" + function(k, f, replaced(k.step, "STEP", f + "_step") + others_of(k).same);
       }},
      {"unroll",
       [](const Kernel& k, const std::string& f) {
         const std::string unrolled =
             k.is_rust() ? k.unrolled : "_Pragma(\"GCC unroll 4\") " + k.loop;
         return function(k, f, unrolled + others_of(k).same);
       }},
      {"delete",
       [](const Kernel& k, const std::string& f) { return function(k, f, others_of(k).same); }},
      {"delete and change the other",
       [](const Kernel& k, const std::string& f) { return function(k, f, others_of(k).changed); }},
      {"delete all", [](const Kernel& k, const std::string& f) { return function(k, f, ""); }},
      {"swap", [](const Kernel& k,
                  const std::string& f) { return function(k, f, others_of(k).same + k.loop); }},
      {"swap and change the other",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, others_of(k).changed + k.loop);
       }},
      {"change the other",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, k.loop + others_of(k).changed);
       }},
      {"extend the loop",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, k.extended + others_of(k).same);
       }},
      {"extend and swap and change",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, others_of(k).changed + k.extended);
       }},
      {"replace",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, others_of(k).different + others_of(k).same);
       }},
      {"twice",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, k.loop + others_of(k).same + k.loop);
       }},
      {"guard",
       [](const Kernel& k, const std::string& f) {
         return function(k, f,
                         std::string(k.is_rust() ? "if n > 3 { " : "if (n > 3) { ") + k.loop +
                             " }" + others_of(k).same);
       }},
      {"nest",
       [](const Kernel& k, const std::string& f) {
         const std::string around =
             k.is_rust() ? "for _ in 0..n { " : "for (unsigned r = 0; r < n; r++) { ";
         return function(k, f, around + k.loop + " }" + others_of(k).same);
       }},
      {"another before",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, others_of(k).different + k.loop + others_of(k).same);
       }},
  };
  return all;
}

// Compilers would make one function of two mutants with the same code: gcc in a
// file, rustc in a codegen unit.
std::vector<std::vector<std::string>> compilers_of(const Kernel& kernel) {
  if (kernel.is_rust())
    return {{"rustc", "--crate-type", "cdylib", "-Copt-level=3", "-Ccodegen-units=256", "-Clto=off",
             "-g", "-Awarnings"}};
  std::vector<std::string> options = {"-O2", "-g", "-shared", "-fPIC"};
  const bool cxx = kernel.language == ".cc";
  if (cxx) options.insert(options.end(), {"-std=c++20", "-D_GLIBCXX_ASSERTIONS"});
  std::vector<std::string> clang = {cxx ? "clang++-19" : "clang-19"};
  std::vector<std::string> gcc = {cxx ? "g++" : "gcc", "-fno-ipa-icf"};
  clang.insert(clang.end(), options.begin(), options.end());
  gcc.insert(gcc.end(), options.begin(), options.end());
  return {clang, gcc};
}

class Mutants : public ::testing::Test {
 protected:
  Binary open_built(std::vector<std::string> command, const std::string& text,
                    const std::string& suffix) {
    const std::string stem = "unit" + std::to_string(count_++);
    const std::string source = scratch_.write(stem + suffix, text);
    const std::string out = scratch_.file(stem + ".so");
    command.insert(command.end(), {source, "-o", out});
    ProcessOptions options;
    options.argv = command;
    const auto result = run_process(options);
    EXPECT_TRUE(result.has_value()) << command[0] << " is not installed: ./dev setup installs it";
    if (!result.has_value() || !result->succeeded()) {
      ADD_FAILURE() << shell_quoted(command) << ": "
                    << (result.has_value() ? result->errors : result.error().what);
      return {};
    }
    auto opened = open_input(out, {});
    if (!opened.has_value()) {
      ADD_FAILURE() << opened.error().what;
      return {};
    }
    return std::move(opened->front());
  }

  testing_support::ScratchDir scratch_;
  int count_ = 0;
};

std::uint32_t index_of(const Binary& binary, const std::string& name) {
  for (std::uint32_t i = 0; i < binary.functions.size(); ++i)
    if (binary.functions[i].name == name) return i;
  return kNoIndex;
}

// What the predicate says when `name` is taken for the function after the change.
PredicateResult pretend(const Predicate& predicate, const Binary& binary, const std::string& name,
                        const SourceOfAddress& source) {
  FunctionAnalyser before(binary);
  FunctionAnalyser after(binary);
  const FunctionView old_view = before.analyse(index_of(binary, predicate.function));
  const std::uint32_t index = index_of(binary, name);
  if (index == kNoIndex) {
    ADD_FAILURE() << "no function " << name;
    return {};
  }
  const FunctionView view = after.analyse(index);
  Function renamed = view.function;
  renamed.name = predicate.function;
  const FunctionView as_built{view.binary, renamed,      view.cfg,
                              view.loops,  view.callees, view.decoder};
  return evaluate(predicate, old_view, &as_built, source, source);
}

// With debug information and without. All functions pretend to stand in one line;
// in Rust, which has no #line, the lines are changed here.
std::vector<SourceOfAddress> sources_of(SourceLines& lines, const Kernel& kernel) {
  return {{}, [&lines, &kernel](std::uint64_t address) {
            const auto found = lines.locate(std::span(&address, 1));
            if (!found.has_value()) return SourceLocation{};
            SourceLocation at = found->front();
            for (SourceFrame& frame : at.frames)
              if (kernel.is_rust() && frame.function.find("in_") != std::string::npos)
                frame.line = 100;
            return at;
          }};
}

struct Tally {
  int mutants = 0;
  int unknown = 0;
  int no = 0;
  int fixes = 0;
  int mended = 0;
};

TEST_F(Mutants, AreNeverTakenForAFix) {
  Tally tally;
  std::vector<Kernel> kernels = c_kernels();
  for (Kernel& kernel : rust_kernels()) kernels.push_back(std::move(kernel));
  for (const Kernel& kernel : kernels) {
    std::string text = kernel.prelude +
                       (kernel.language == ".cc"  ? "#define CASE extern \"C\"\n"
                        : kernel.language == ".c" ? "#define CASE\n"
                                                  : "") +
                       function(kernel, "kernel", kernel.loop + others_of(kernel).same) +
                       function(kernel, "fixed", kernel.fixed + others_of(kernel).same);
    for (std::size_t m = 0; m < mutations().size(); ++m)
      text += mutations()[m].second(kernel, "mutant" + std::to_string(m));
    for (const std::vector<std::string>& command : compilers_of(kernel)) {
      SCOPED_TRACE(kernel.name + " by " + command.front());
      const Binary binary = open_built(command, text, kernel.language);
      ASSERT_FALSE(binary.functions.empty());
      AuditOptions options;
      options.functions = {index_of(binary, "kernel")};
      options.checks = {kernel.check};
      const auto report = audit_binary(binary, options);
      ASSERT_TRUE(report.has_value());
      ASSERT_EQ(report->findings.size(), 1U);
      const Predicate& predicate = report->findings.front().predicate;

      SourceLines lines(binary);
      for (const SourceOfAddress& source : sources_of(lines, kernel)) {
        const PredicateResult fix = pretend(predicate, binary, "fixed", source);
        ++tally.fixes;
        tally.mended += fix.truth == Truth::kTrue ? 1 : 0;
        EXPECT_EQ(fix.truth, Truth::kTrue) << to_string(predicate) << ": " << fix.reason;
        for (std::size_t m = 0; m < mutations().size(); ++m) {
          const PredicateResult result =
              pretend(predicate, binary, "mutant" + std::to_string(m), source);
          EXPECT_NE(result.truth, Truth::kTrue)
              << mutations()[m].first << ": " << to_string(predicate);
          EXPECT_EQ(result.reason.empty(), result.truth == Truth::kTrue);
          if (m == 0) EXPECT_EQ(result.truth, Truth::kFalse) << result.reason;
          ++tally.mutants;
          tally.unknown += result.truth == Truth::kUnknown ? 1 : 0;
          tally.no += result.truth == Truth::kFalse ? 1 : 0;
        }
      }
    }
  }
  std::printf("%d mutants: %d unknown, %d false; %d of %d fixes true\n", tally.mutants,
              tally.unknown, tally.no, tally.mended, tally.fixes);
  EXPECT_GE(tally.mutants, 600);  // 300, each with lines and without
}

TEST_F(Mutants, RenamedAndMissingFunctionsAreUnknown) {
  const Kernel kernel = c_kernels().front();
  const Binary binary =
      open_built({"clang-19", "-O2", "-shared", "-fPIC"},
                 kernel.prelude + "#define CASE\n" + function(kernel, "kernel", kernel.loop) +
                     function(kernel, "renamed", kernel.fixed),
                 ".c");
  ASSERT_FALSE(binary.functions.empty());
  AuditOptions options;
  options.functions = {index_of(binary, "kernel")};
  const auto report = audit_binary(binary, options);
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->findings.size(), 1U);
  Predicate predicate = report->findings.front().predicate;
  FunctionAnalyser before(binary);
  FunctionAnalyser after(binary);
  const FunctionView old_view = before.analyse(index_of(binary, "kernel"));
  const FunctionView renamed = after.analyse(index_of(binary, "renamed"));
  EXPECT_EQ(evaluate(predicate, old_view, nullptr, {}, {}).truth, Truth::kUnknown);
  EXPECT_EQ(evaluate(predicate, old_view, &renamed, {}, {}).truth, Truth::kUnknown);
  EXPECT_EQ(evaluate(predicate, old_view, &old_view, {}, {}).truth, Truth::kFalse);
  // A predicate that does not describe the build before says nothing.
  ++predicate.before;
  EXPECT_EQ(evaluate(predicate, old_view, &old_view, {}, {}).truth, Truth::kUnknown);
  --predicate.before;
  predicate.loop.ordinal = 99;
  EXPECT_EQ(evaluate(predicate, old_view, &old_view, {}, {}).truth, Truth::kUnknown);
}

}  // namespace
}  // namespace asmforge
