// The checks on compiled C, C++ and Rust, against tests/data/audit/cases.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "audit/audit.h"
#include "audit/check.h"
#include "base/process.h"
#include "collect/open.h"

namespace asmforge {
namespace {

const std::string kData = std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/audit/";

struct Case {
  std::string source, function, check, compiler, confidence;
};

std::vector<Case> read_cases() {
  std::ifstream file(kData + "cases.txt");
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    Case c;
    words >> c.source >> c.function >> c.check >> c.compiler >> c.confidence;
    cases.push_back(c);
  }
  return cases;
}

struct Build {
  std::string name;      // of the compiler, as in cases.txt
  std::string language;  // suffix of the sources it takes
  std::vector<std::string> command;
  Isa isa = Isa::kX86_64;

  // Only freestanding sources can be built for a target without a C library.
  [[nodiscard]] bool takes(const std::string& source) const {
    return std::filesystem::path(source).extension() == language &&
           (isa == Isa::kX86_64 || source.starts_with("freestanding"));
  }
};

std::vector<Build> builds() {
  const std::vector<std::string> rust = {
      "rustc", "--crate-type", "cdylib", "-Copt-level=3", "-Ccodegen-units=1", "-g", "-Awarnings"};
  std::vector<std::string> rust_dynamic = rust;
  rust_dynamic[2] = "dylib";
  rust_dynamic.emplace_back("-Cprefer-dynamic");
  const std::vector<std::string> shared = {"-O2", "-g", "-fPIC", "-shared"};
  const std::vector<std::string> cxx = {"-std=c++20", "-D_GLIBCXX_ASSERTIONS"};
  const auto command = [&](const std::string& program, bool is_cxx) {
    std::vector<std::string> words{program};
    words.insert(words.end(), shared.begin(), shared.end());
    if (is_cxx) words.insert(words.end(), cxx.begin(), cxx.end());
    return words;
  };
  return {{"clang", ".c", command("clang-19", false)},
          {"gcc", ".c", command("gcc", false)},
          {"clang", ".cc", command("clang++-19", true)},
          {"gcc", ".cc", command("g++", true)},
          {"rustc", ".rs", rust},
          {"rustc", ".rs", rust_dynamic},
          {"aarch64",
           ".cc",
           {"clang++-19", "--target=aarch64-linux-gnu", "-O2", "-g", "-fPIC", "-shared",
            "-nostdlib", "-fuse-ld=lld", "-std=c++20"},
           Isa::kAarch64}};
}

// "function check" to "sure" or "hint", of the functions that are cases.
using Found = std::map<std::string, std::string>;

AuditReport audit(const Binary& binary, const std::set<std::string>& functions, unsigned threads) {
  AuditOptions options;
  options.threads = threads;
  for (std::uint32_t i = 0; i < binary.functions.size(); ++i)
    if (functions.count(std::string(binary.functions[i].name)) != 0) options.functions.push_back(i);
  Result<AuditReport> report = audit_binary(binary, options);
  EXPECT_TRUE(report.has_value());
  return std::move(report).value();
}

Found found_in(const AuditReport& report) {
  Found found;
  for (const Finding& finding : report.findings) {
    std::string& confidence = found[finding.function + ' ' + finding.check];
    if (confidence != "sure")
      confidence = finding.confidence == Confidence::kHint ? "hint" : "sure";
  }
  return found;
}

void expect_complete(const Finding& f) {
  SCOPED_TRACE(f.function + ' ' + f.check);
  EXPECT_FALSE(f.evidence.empty());
  EXPECT_LE(f.evidence.size(), 8U);
  EXPECT_EQ(f.evidence.size() + f.left_out, f.insns.size());
  EXPECT_EQ(std::set(f.insns.begin(), f.insns.end()).size(), f.insns.size());
  EXPECT_EQ(f.confidence_reason.empty(), f.confidence == Confidence::kProved);
  for (const Evidence& e : f.evidence) EXPECT_FALSE(e.text.empty());
  for (const std::string& text : {f.title, f.cause, f.fix_c, f.fix_rust, f.risk, f.severity_reason,
                                  f.suppress_key, f.demangled})
    EXPECT_FALSE(text.empty());
  EXPECT_FALSE(f.severity_cycles.has_value());
  EXPECT_FALSE(f.traps_passed.empty());
  EXPECT_TRUE(f.source.known());
  EXPECT_GT(f.predicate.before, f.predicate.after);
  EXPECT_GE(f.predicate.after, 0);
}

class Corpus : public ::testing::Test {
 protected:
  // The shared object built from a source; empty when it could not be.
  std::string built(const Build& build, const std::string& source) {
    const std::string out = scratch_.path() + "/" + std::to_string(count_++) + ".so";
    ProcessOptions options;
    options.argv = build.command;
    options.argv.insert(options.argv.end(), {kData + source, "-o", out});
    const Result<ProcessResult> result = run_process(options);
    if (!result.has_value()) {
      ADD_FAILURE() << build.command[0] << " is not installed: ./dev setup installs it";
      return {};
    }
    EXPECT_TRUE(result->succeeded()) << result->errors;
    return result->succeeded() ? out : std::string{};
  }

  testing_support::ScratchDir scratch_;
  int count_ = 0;
};

TEST_F(Corpus, FindsWhatTheTableSaysAndNothingElse) {
  const std::vector<Case> cases = read_cases();
  ASSERT_GT(cases.size(), 40U);
  std::map<std::string, std::set<std::string>> functions;  // by source
  for (const Case& c : cases) functions[c.source].insert(c.function);
  for (const Build& build : builds()) {
    for (const auto& [source, names] : functions) {
      if (!build.takes(source)) continue;
      SCOPED_TRACE(source + " by " + build.command[0] + ' ' + build.command.back());
      const std::string path = built(build, source);
      if (path.empty()) continue;
      const auto opened = open_input(path, {});
      ASSERT_TRUE(opened.has_value()) << opened.error().what;
      const AuditReport report = audit(opened->front(), names, 1);
      EXPECT_EQ(report.functions, names.size());
      Found expected;
      for (const Case& c : cases)
        if (c.source == source && c.confidence != "none" &&
            (c.compiler == "all" || c.compiler == build.name))
          expected[c.function + ' ' + c.check] = c.confidence;
      EXPECT_EQ(found_in(report), expected);
      for (const Finding& finding : report.findings) expect_complete(finding);
    }
  }
}

// A check is born with an example that fires and one that must not, for each ISA that it claims.
TEST_F(Corpus, EachCheckHasAHitAndANearMissOfEachIsaItClaims) {
  const std::vector<Case> cases = read_cases();
  for (const Check* check : all_checks()) {
    EXPECT_FALSE(check->isas.empty()) << check->id;
    for (const Isa isa : check->isas) {
      bool hit = false;
      bool near_miss = false;
      for (const Case& c : cases) {
        const bool built = std::ranges::any_of(builds(), [&](const Build& build) {
          return build.isa == isa && build.takes(c.source) &&
                 (c.compiler == "all" || c.compiler == build.name);
        });
        if (!built || c.check != check->id) continue;
        hit |= c.confidence != "none";
        near_miss |= c.confidence == "none";
      }
      EXPECT_TRUE(hit && near_miss) << check->id << " on " << to_string(isa);
    }
  }
}

// What a check does not claim it says nothing about, and the report says so.
TEST_F(Corpus, ChecksAreSilentOnOtherIsas) {
  const std::vector<Build> all = builds();
  const auto build = std::ranges::find(all, Isa::kAarch64, &Build::isa);
  ASSERT_NE(build, all.end());
  const std::string path = built(*build, "freestanding.cc");
  ASSERT_FALSE(path.empty());
  const auto opened = open_input(path, {});
  ASSERT_TRUE(opened.has_value());
  const auto report = audit_binary(opened->front(), {});
  ASSERT_TRUE(report.has_value());
  for (const Check* check : all_checks()) {
    const auto names = [&](const std::string& text) {
      return text.find(check->id) != std::string::npos;
    };
    EXPECT_EQ(std::ranges::any_of(report->checks, names), check->claims(Isa::kAarch64));
    EXPECT_EQ(std::ranges::any_of(report->notes, names), !check->claims(Isa::kAarch64));
  }
}

TEST_F(Corpus, OrderAndCountsDoNotDependOnThreads) {
  const std::string path = built(builds()[2], "bounds.cc");
  ASSERT_FALSE(path.empty());
  const auto opened = open_input(path, {});
  ASSERT_TRUE(opened.has_value());
  AuditOptions options;
  options.threads = 1;
  const auto one = audit_binary(opened->front(), options);
  options.threads = 4;
  const auto four = audit_binary(opened->front(), options);
  ASSERT_TRUE(one.has_value());
  ASSERT_TRUE(four.has_value());
  EXPECT_EQ(one->functions, opened->front().functions.size());
  EXPECT_EQ(one->functions, four->functions);
  EXPECT_EQ(one->instructions, four->instructions);
  EXPECT_EQ(one->loops, four->loops);
  EXPECT_EQ(one->loops_audited, four->loops_audited);
  ASSERT_FALSE(one->findings.empty());
  ASSERT_EQ(one->findings.size(), four->findings.size());
  for (std::size_t i = 0; i < one->findings.size(); ++i) {
    EXPECT_EQ(one->findings[i].suppress_key, four->findings[i].suppress_key);
    EXPECT_EQ(one->findings[i].evidence.front().address,
              four->findings[i].evidence.front().address);
  }
}

// What is in the standard library's own functions comes after what is in those of the source.
TEST_F(Corpus, WithoutAProfileLibraryCodeComesLast) {
  const std::string path = built(builds()[4], "bounds.rs");  // the library is linked in
  ASSERT_FALSE(path.empty());
  const auto opened = open_input(path, {});
  ASSERT_TRUE(opened.has_value());
  const auto report = audit_binary(opened->front(), {});
  ASSERT_TRUE(report.has_value());
  const auto of_library = [](const Finding& f) { return f.library_code; };
  EXPECT_TRUE(std::ranges::any_of(report->findings, of_library));
  EXPECT_FALSE(std::ranges::all_of(report->findings, of_library));
  EXPECT_TRUE(std::ranges::is_sorted(report->findings, {}, of_library));
  for (const Finding& f : report->findings)
    if (f.function == "range_of_four") EXPECT_FALSE(f.library_code);
}

// The remainder loop of a vector loop counts when a profile says that it runs.
TEST_F(Corpus, AProfileBringsInTheRemainderLoop) {
  Build build = builds()[2];  // clang vectorises vectorised_at
  build.command.emplace_back("-Wl,--build-id");
  const std::string path = built(build, "bounds.cc");
  ASSERT_FALSE(path.empty());
  const auto opened = open_input(path, {});
  ASSERT_TRUE(opened.has_value());
  const Binary& binary = opened->front();
  ProfileModule module;
  module.build_id = binary.build_id;
  for (const FunctionEntry& f : binary.functions)
    for (std::uint64_t a = f.address; f.name == "vectorised_at" && a < f.address + f.size; ++a)
      module.entries.push_back({a, 1000});
  ASSERT_FALSE(module.entries.empty());
  module.total = 1000 * module.entries.size();
  Profile profile;
  profile.total = module.total;
  profile.modules.push_back(module);
  AuditOptions options;
  options.profile = &profile;
  const auto report = audit_binary(binary, options);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->ranked_by_profile);
  ASSERT_FALSE(report->findings.empty());
  const Finding& first = report->findings.front();
  EXPECT_EQ(first.function, "vectorised_at");
  EXPECT_EQ(first.role, LoopRole::kRemainder);
  EXPECT_EQ(first.executions, 1000U);
  EXPECT_GT(first.share.value_or(0.0), 0.01);
}

// What a profile did not see has no count; only exact counts are counts of executions.
TEST_F(Corpus, WhatAProfileCannotSayIsUnknown) {
  Build build = builds()[2];
  build.command.emplace_back("-Wl,--build-id");
  const std::string path = built(build, "bounds.cc");
  ASSERT_FALSE(path.empty());
  const auto opened = open_input(path, {});
  ASSERT_TRUE(opened.has_value());
  const Binary& binary = opened->front();
  const auto audited = [&](ProfileSource source, bool counted, bool all_features) {
    ProfileModule module;
    module.build_id = binary.build_id;
    for (const FunctionEntry& f : binary.functions)
      for (std::uint64_t a = f.address; counted && a < f.address + f.size; ++a)
        module.entries.push_back({a, 7});
    module.total = 7 * module.entries.size();
    Profile profile;
    profile.source = source;
    profile.unattributed = 1000;
    profile.total = module.total + profile.unattributed;
    if (!all_features) profile.features_not_seen = {"avx512f"};
    profile.modules.push_back(module);
    AuditOptions options;
    options.profile = &profile;
    const auto report = audit_binary(binary, options);
    EXPECT_TRUE(report.has_value() && !report->findings.empty());
    return report->findings;
  };
  for (const Finding& f : audited(ProfileSource::kSamples, true, true)) {
    EXPECT_EQ(f.executions, std::nullopt);
    EXPECT_GT(f.share.value_or(0.0), 0.0);
    EXPECT_FALSE(f.may_have_run);
  }
  for (const Finding& f : audited(ProfileSource::kExactCounts, false, false)) {
    EXPECT_EQ(f.executions, std::nullopt);
    EXPECT_EQ(f.share, std::nullopt);
    EXPECT_TRUE(f.may_have_run);
  }
  for (const Finding& f : audited(ProfileSource::kExactCounts, false, true)) {
    EXPECT_EQ(f.executions, 0U);
    EXPECT_EQ(f.share, 0.0);
    EXPECT_FALSE(f.may_have_run);
  }
}

// Without symbols nobody knows what the callee is for.
TEST_F(Corpus, StrippedIndexChecksAreHints) {
  for (const std::size_t which : {2U, 3U}) {
    const std::string path = built(builds()[which], "bounds.cc");
    ASSERT_FALSE(path.empty());
    const auto whole = open_input(path, {});
    ASSERT_TRUE(whole.has_value());
    std::map<std::string, AddressRange> ranges;  // read before strip writes the file anew
    for (const FunctionEntry& f : whole->front().functions)
      ranges[std::string(f.name)] = {f.address, f.address + f.size};
    ASSERT_TRUE(ranges.contains("own_check") && ranges.contains("search_or_give_up"));
    ProcessOptions strip;
    strip.argv = {"strip", "--strip-all", path};
    ASSERT_TRUE(run_process(strip).has_value());
    const auto opened = open_input(path, {});
    ASSERT_TRUE(opened.has_value());
    const auto report = audit_binary(opened->front(), {});
    ASSERT_TRUE(report.has_value());
    const auto found_in = [&](const std::string& name) {
      const AddressRange range = ranges[name];
      return std::ranges::find_if(report->findings, [&](const Finding& f) {
        return range.begin <= f.loop_header && f.loop_header < range.end;
      });
    };
    EXPECT_EQ(found_in("search_or_give_up"), report->findings.end());
    const auto found = found_in("own_check");
    ASSERT_NE(found, report->findings.end());
    EXPECT_EQ(found->check, "bounds-check-in-loop");
    EXPECT_EQ(found->confidence, Confidence::kHint);
  }
}

// A finding says of the divisor no more than is known.
TEST_F(Corpus, ADivisorThatMayChangeIsNotCalledUnchanging) {
  for (const std::size_t which : {0U, 1U}) {
    const std::string path = built(builds()[which], "divides.c");
    ASSERT_FALSE(path.empty());
    const auto opened = open_input(path, {});
    ASSERT_TRUE(opened.has_value());
    const AuditReport report = audit(opened->front(), {"by_field", "divide_u32"}, 1);
    for (const Finding& f : report.findings) {
      if (f.check != "invariant-divide") continue;
      const bool may_change = f.function == "by_field";
      EXPECT_EQ(f.title.find("may not change") != std::string::npos, may_change) << f.title;
      const auto says_unchanged = [](const std::string& trap) {
        return trap.starts_with("nothing in the loop changes the divisor");
      };
      EXPECT_EQ(std::ranges::any_of(f.traps_passed, says_unchanged), !may_change);
      EXPECT_EQ(f.cause.starts_with("The divisor comes from memory"), may_change) << f.cause;
    }
    EXPECT_EQ(std::ranges::count(report.findings, "invariant-divide", &Finding::check), 2);
  }
}

// However far from the loop the constant is set.
TEST_F(Corpus, ADivisorIsCalledAConstantWhenItIsOne) {
  for (const std::size_t which : {0U, 1U}) {
    const std::string path = built(builds()[which], "divides.c");
    ASSERT_FALSE(path.empty());
    const auto opened = open_input(path, {});
    ASSERT_TRUE(opened.has_value());
    const AuditReport report =
        audit(opened->front(), {"divide_u32", "tenths_for_size", "fifths_far"}, 1);
    ASSERT_EQ(report.findings.size(), 3U);
    for (const Finding& f : report.findings)
      EXPECT_EQ(f.cause.starts_with("The divisor is a constant"), f.function != "divide_u32")
          << f.function;
  }
}

TEST(AuditOptionsTest, AnUnknownCheckIsAnError) {
  AuditOptions options;
  options.checks = {"no-such-check"};
  const auto report = audit_binary(Binary{}, options);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
}

// What the "Where do I add" table of ARCHITECTURE.md demands of a check.
TEST(CheckRegistryTest, EveryCheckHasItsPageAHitAndANearMissPerLanguage) {
  const std::vector<Case> cases = read_cases();
  ASSERT_FALSE(all_checks().empty());
  for (const Check* check : all_checks()) {
    SCOPED_TRACE(check->id);
    EXPECT_EQ(check_by_id(check->id), check);
    EXPECT_FALSE(check->summary.empty());
    // Without a profile nothing is known to be hot.
    EXPECT_EQ(check->summary.find("hot"), std::string_view::npos);
    const std::string page =
        std::string(ASMFORGE_SOURCE_DIR) + "/docs/checks/" + std::string(check->id) + ".md";
    const std::ifstream file(page);
    std::stringstream text;
    text << file.rdbuf();
    for (const char* part : {"## What it looks like", "## Why compilers do it", "## Mend it",
                             "## When to leave it", "## Known false alarms", "## Confidence"})
      EXPECT_NE(text.str().find(part), std::string::npos) << page << " lacks '" << part << "'";
    std::set<std::string> hits, misses;
    for (const Case& c : cases)
      if (c.check == check->id) (c.confidence == "none" ? misses : hits).insert(c.compiler);
    EXPECT_TRUE(hits.count("all") && hits.count("rustc")) << "no case that fires";
    EXPECT_TRUE(misses.count("all") && misses.count("rustc")) << "no near miss";
  }
  for (const Case& c : cases) EXPECT_NE(check_by_id(c.check), nullptr) << c.check;
}

}  // namespace
}  // namespace asmforge
