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
};

constexpr const char* kOther =
    "for (unsigned j = 0; j < n; j++) { if (in[j] == 0) break; aux[j] = aux[j] * 5 + in[j]; }";
constexpr const char* kOtherChanged =
    "for (unsigned j = 0; j < n; j++) { if (in[j] == 1) break; aux[j] = (aux[j] ^ in[j]) << 3; }";
constexpr const char* kDifferent =
    "{ unsigned t = 0; for (unsigned j = 0; j < n; j++) { if (in[j] == 9) break; t += in[j]; } "
    "aux[0] = t; }";

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

// A mutation writes the definition of function NAME.
using Mutation = std::function<std::string(const Kernel&, const std::string& name)>;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

std::string function(const Kernel& k, const std::string& name, const std::string& body) {
  return "#line 100\nCASE void " + name + "(" + k.parameters + ") { " + body + " }\n";
}

// The loops go to a function of their own, which the mutant calls.
std::string outlined(const Kernel& k, const std::string& name, const std::string& moved,
                     const std::string& kept) {
  return "static __attribute__((noinline)) void " + name + "_part(" + k.parameters + ") { " +
         moved + " }\n" + function(k, name, name + "_part(" + k.arguments + "); " + kept);
}

const std::vector<std::pair<std::string, Mutation>>& mutations() {
  static const std::vector<std::pair<std::string, Mutation>> all = {
      {"same",
       [](const Kernel& k, const std::string& f) { return function(k, f, k.loop + kOther); }},
      {"outline",
       [](const Kernel& k, const std::string& f) { return outlined(k, f, k.loop, kOther); }},
      {"outline and change the other",
       [](const Kernel& k, const std::string& f) { return outlined(k, f, k.loop, kOtherChanged); }},
      {"outline all",
       [](const Kernel& k, const std::string& f) { return outlined(k, f, k.loop + kOther, ""); }},
      {"outline the body",
       [](const Kernel& k, const std::string& f) {
         return "static __attribute__((noinline)) " + replaced(k.one_step, "STEP", f + "_step") +
                "\n" + function(k, f, replaced(k.step, "STEP", f + "_step") + kOther);
       }},
      {"unroll",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, "_Pragma(\"GCC unroll 4\") " + k.loop + kOther);
       }},
      {"delete", [](const Kernel& k, const std::string& f) { return function(k, f, kOther); }},
      {"delete and change the other",
       [](const Kernel& k, const std::string& f) { return function(k, f, kOtherChanged); }},
      {"delete all", [](const Kernel& k, const std::string& f) { return function(k, f, ""); }},
      {"swap",
       [](const Kernel& k, const std::string& f) { return function(k, f, kOther + k.loop); }},
      {"swap and change the other",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, kOtherChanged + k.loop);
       }},
      {"change the other",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, k.loop + kOtherChanged);
       }},
      {"extend the loop",
       [](const Kernel& k, const std::string& f) { return function(k, f, k.extended + kOther); }},
      {"extend and swap and change",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, kOtherChanged + k.extended);
       }},
      {"replace",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, kDifferent + std::string(kOther));
       }},
      {"twice", [](const Kernel& k,
                   const std::string& f) { return function(k, f, k.loop + kOther + k.loop); }},
      {"guard",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, "if (n > 3) { " + k.loop + " }" + kOther);
       }},
      {"nest",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, "for (unsigned r = 0; r < n; r++) { " + k.loop + " }" + kOther);
       }},
      {"another before",
       [](const Kernel& k, const std::string& f) {
         return function(k, f, kDifferent + k.loop + kOther);
       }},
  };
  return all;
}

struct Compiler {
  std::string name;
  std::vector<std::string> c, cxx;
};

const std::vector<Compiler>& compilers() {
  // gcc would make one function of two mutants with the same code.
  static const std::vector<Compiler> all = {
      {"clang", {"clang-19"}, {"clang++-19"}},
      {"gcc", {"gcc", "-fno-ipa-icf"}, {"g++", "-fno-ipa-icf"}}};
  return all;
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

// With debug information and without.
std::vector<SourceOfAddress> sources_of(SourceLines& lines) {
  return {{}, [&lines](std::uint64_t address) {
            const auto found = lines.locate(std::span(&address, 1));
            return found.has_value() ? found->front() : SourceLocation{};
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
  for (const Kernel& kernel : c_kernels()) {
    std::string text =
        kernel.prelude +
        (kernel.language == ".cc" ? "#define CASE extern \"C\"\n" : "#define CASE\n") +
        function(kernel, "kernel", kernel.loop + kOther) +
        function(kernel, "fixed", kernel.fixed + kOther);
    for (std::size_t m = 0; m < mutations().size(); ++m)
      text += mutations()[m].second(kernel, "mutant" + std::to_string(m));
    for (const Compiler& compiler : compilers()) {
      SCOPED_TRACE(kernel.name + " by " + compiler.name);
      std::vector<std::string> command = kernel.language == ".c" ? compiler.c : compiler.cxx;
      command.insert(command.end(), {"-O2", "-g", "-shared", "-fPIC"});
      if (kernel.language == ".cc")
        command.insert(command.end(), {"-std=c++20", "-D_GLIBCXX_ASSERTIONS"});
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
      for (const SourceOfAddress& source : sources_of(lines)) {
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
  EXPECT_GE(tally.mutants, 400);  // 200, each with lines and without
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
