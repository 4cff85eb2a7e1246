// `asmforge audit FILE [FUNCTION...]`: what the compiler did badly, with evidence.
#include "audit/audit.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "audit/baseline.h"
#include "audit/check.h"
#include "audit/ignore_comments.h"
#include "audit/remark_join.h"
#include "base/interrupt.h"
#include "base/replace_file.h"
#include "base/suggest.h"
#include "cli/check_descriptions.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/sarif_files.h"
#include "cli/source_text.h"
#include "cli/values.h"
#include "report/writers/findings.h"

namespace asmforge::commands {
namespace {

constexpr std::size_t kShownByDefault = 10;

struct Options {
  InputOptions input;
  OutputOptions output;
  std::vector<std::string> functions;
  std::vector<std::string> checks;
  std::string min_confidence = "hint";
  std::vector<std::string> fail_on;  // levels and checks
  std::string baseline;              // files
  std::string new_baseline;
  std::string source_root;
  std::vector<std::string> remarks;  // files and folders
  std::size_t limit = kShownByDefault;
  bool all = false;
};

// From the least to the surest; "never" is surer than any finding.
constexpr std::array<std::string_view, 4> kLevels = {"hint", "pattern", "proved", "never"};

std::size_t level_of(std::string_view name) {
  return static_cast<std::size_t>(std::find(kLevels.begin(), kLevels.end(), name) -
                                  kLevels.begin());
}

std::size_t level_of(const Finding& finding) { return level_of(to_string(finding.confidence)); }

Result<Done> check_ids(const std::vector<std::string>& wanted) {
  std::vector<std::string_view> known;
  for (const Check* check : all_checks()) known.push_back(check->id);
  for (const std::string& id : wanted) {
    if (check_by_id(id) != nullptr) continue;
    const std::vector<std::size_t> nearest = nearest_names(id, known, 1);
    return Error{
        ErrorCode::kNotFound,
        fmt::format("no check '{}'{}", id,
                    nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", known[nearest[0]])),
        "asmforge explain lists them"};
  }
  return Done{};
}

// Whether the name has `part` where one of its components begins: "r::" is no part of
// "core::str::len", though its letters are there.
bool begins_a_component(std::string_view name, std::string_view part) {
  const auto in_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  for (std::size_t at = name.find(part); at != name.npos; at = name.find(part, at + 1))
    if (at == 0 || !in_word(static_cast<unsigned char>(name[at - 1]))) return true;
  return false;
}

// All that the name means equally well.
std::vector<FunctionRef> all_that_fit(const Inputs& inputs, std::string_view wanted) {
  std::vector<FunctionMatch> matches = find_by_name(inputs.binaries, wanted);
  if (matches.empty()) return {};
  const NameMatch surest = matches.front().how;
  std::erase_if(matches, [&](const FunctionMatch& m) { return m.how != surest; });
  const auto at_border = [&](const FunctionMatch& m) { return begins_a_component(m.name, wanted); };
  if (surest == NameMatch::kPart && std::any_of(matches.begin(), matches.end(), at_border))
    std::erase_if(matches, [&](const FunctionMatch& m) { return !at_border(m); });
  std::vector<FunctionRef> refs;
  refs.reserve(matches.size());
  for (const FunctionMatch& match : matches) refs.push_back(match.ref);
  return refs;
}

struct Chosen {
  std::vector<std::vector<std::uint32_t>> of_member;  // all empty: every function
  std::vector<std::string> notes;
};

Result<Chosen> choose_functions(const Options& options, const Inputs& inputs) {
  Chosen chosen;
  chosen.of_member.resize(inputs.binaries.size());
  for (const std::string& wanted : options.functions) {
    std::vector<FunctionRef> refs;
    const Result<FunctionRef> one = select_function(inputs.binaries, wanted);
    if (one)
      refs.push_back(*one);
    else if (one.error().code == ErrorCode::kAmbiguous)
      refs = all_that_fit(inputs, wanted);
    if (refs.empty()) return one.error();
    if (refs.size() > 1)
      chosen.notes.push_back(
          fmt::format("'{}' fits {} functions; all are audited", wanted, refs.size()));
    for (const FunctionRef& ref : refs) {
      std::vector<std::uint32_t>& functions = chosen.of_member[ref.binary];
      if (std::find(functions.begin(), functions.end(), ref.function) == functions.end())
        functions.push_back(ref.function);
    }
  }
  return chosen;
}

std::uint64_t count_functions(const Options& options, const Inputs& inputs, const Chosen& chosen) {
  std::uint64_t count = 0;
  for (std::size_t member = 0; member < inputs.binaries.size(); ++member)
    count += options.functions.empty() ? inputs.binaries[member].functions.size()
                                       : chosen.of_member[member].size();
  return count;
}

Result<std::vector<AuditedFile>> audit_all(const Options& options, const Inputs& inputs,
                                           Output& err) {
  AF_TRY(const Chosen chosen, choose_functions(options, inputs));
  Progress progress("functions", count_functions(options, inputs, chosen), err);
  std::vector<AuditedFile> files;
  SourceText source;
  for (std::size_t member = 0; member < inputs.binaries.size(); ++member) {
    const Binary& binary = inputs.binaries[member];
    if (!options.functions.empty() && chosen.of_member[member].empty()) continue;
    AF_TRY([[maybe_unused]] const ProfileModule* counts, counts_for(inputs, binary));
    AuditOptions how;
    how.functions = chosen.of_member[member];
    how.checks = options.checks;
    how.profile = inputs.profile ? &*inputs.profile : nullptr;
    how.keep_loop_code = !options.remarks.empty();
    how.should_stop = interrupted;
    how.advance = [&progress] { progress.advance(); };
    AF_TRY(AuditReport report, audit_binary(binary, how));
    if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
    mark_ignored([&](const SourceFrame& place) { return source.line(place); }, report);
    if (files.empty())
      report.notes.insert(report.notes.end(), chosen.notes.begin(), chosen.notes.end());
    files.push_back({&binary, std::move(report)});
  }
  return files;
}

Result<Done> use_remarks(const Options& options, std::vector<AuditedFile>& files) {
  if (options.remarks.empty()) return Done{};
  std::vector<RemarkTarget> targets;
  for (AuditedFile& file : files) targets.push_back({file.binary, &file.report});
  return join_remarks(targets, options.remarks, interrupted);
}

std::vector<Finding*> all_findings(std::vector<AuditedFile>& files) {
  std::vector<Finding*> findings;
  for (AuditedFile& file : files)
    for (Finding& finding : file.report.findings) findings.push_back(&finding);
  return findings;
}

// What is gone is known only when all of the program was looked at.
Result<Done> use_baselines(const Options& options, std::vector<AuditedFile>& files) {
  const std::vector<Finding*> findings = all_findings(files);
  if (!options.baseline.empty()) {
    AF_TRY(const Baseline baseline, read_baseline(options.baseline));
    const std::size_t gone = mark_known(baseline, findings).size();
    if (options.functions.empty() && options.checks.empty())
      files.front().report.gone_from_baseline = gone;
  }
  if (options.new_baseline.empty()) return Done{};
  const std::vector<const Finding*> written(findings.begin(), findings.end());
  return replace_file(options.new_baseline, baseline_text(written));
}

// Only now: what a baseline has may be less sure than what is shown.
void leave_out_unsure(const Options& options, std::vector<AuditedFile>& files) {
  for (AuditedFile& file : files)
    std::erase_if(file.report.findings, [&](const Finding& finding) {
      return level_of(finding) < level_of(options.min_confidence);
    });
}

bool fails(const std::vector<AuditedFile>& files, const std::vector<std::string>& fail_on) {
  const auto wanted = [&](const Finding& finding) {
    return std::ranges::any_of(fail_on, [&](const std::string& what) {
      return what == finding.check ||
             (level_of(what) < kLevels.size() && level_of(finding) >= level_of(what));
    });
  };
  return std::ranges::any_of(files, [&](const AuditedFile& file) {
    return std::ranges::any_of(file.report.findings, [&](const Finding& finding) {
      return finding.counts() && wanted(finding);
    });
  });
}

Result<Done> print_sarif(const Options& options, const std::vector<AuditedFile>& files, int status,
                         Session& session) {
  FindingsSarif about;
  const std::vector<std::string>& ran = files.front().report.checks;
  for (const CheckDescription& check : check_descriptions())
    if (std::ranges::find(ran, check.id) != ran.end()) about.checks.push_back(check);
  AF_TRY(about.root, sarif_root(options.source_root));
  for (const AuditedFile& file : files) {
    AF_TRY(SarifProgram program, sarif_program(*file.binary));
    about.programs.push_back(std::move(program));
  }
  about.exit_status = status;
  write_findings_sarif(files, about, session.out);
  return Done{};
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY([[maybe_unused]] const Done known, check_ids(options.checks));
  AF_TRY(const Inputs inputs, open_inputs({options.input, options.output, session}));
  AF_TRY(std::vector<AuditedFile> files, audit_all(options, inputs, session.err));
  AF_TRY([[maybe_unused]] const Done same, check_inputs_unchanged(inputs));
  AF_TRY([[maybe_unused]] const Done joined, use_remarks(options, files));
  AF_TRY([[maybe_unused]] const Done compared, use_baselines(options, files));
  leave_out_unsure(options, files);
  const int status = fails(files, options.fail_on) ? 1 : 0;
  if (options.output.sarif) {
    AF_TRY([[maybe_unused]] const Done printed, print_sarif(options, files, status, session));
  } else if (options.output.json) {
    write_findings_json(files, session.out);
  } else {
    write_findings(files, {options.all ? 0 : options.limit},
                   palette_for(options.output, session.out), session.out);
  }
  return status;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  std::vector<std::string> ids;
  for (const Check* check : all_checks()) ids.emplace_back(check->id);
  std::vector<std::string> levels_and_ids(kLevels.begin(), kLevels.end());
  levels_and_ids.insert(levels_and_ids.end(), ids.begin(), ids.end());
  add_input_options(app, options->input);
  app.add_option("FUNCTION", options->functions,
                 "Only these: symbol, demangled name or a part of it, number from 'list', or 0x "
                 "address (default: all)");
  CLI::Option* all = app.add_flag("--all", options->all, "Show all findings");
  app.add_option("--limit", options->limit,
                 fmt::format("Show the first N findings, 0 for all (default {}; all in JSON)",
                             kShownByDefault))
      ->type_name("N")
      ->check(natural_number())
      ->excludes(all);
  app.add_option("--check", options->checks, "Only this check; may be repeated")
      ->type_name("ID")
      ->check(offers(ids))
      ->take_all();
  app.add_option("--min-confidence", options->min_confidence,
                 "Leave out what is less sure: hint (default), pattern, proved")
      ->type_name("LEVEL")
      ->check(one_of({"hint", "pattern", "proved"}));
  app.add_option("--fail-on", options->fail_on,
                 "Exit with 1 when a finding is at least this sure: hint, pattern, proved, never "
                 "(default), or is of this check; may be repeated")
      ->type_name("LEVEL|CHECK")
      ->check(one_of(levels_and_ids))
      ->take_all();
  app.add_option("--baseline", options->baseline, "Count only findings that are not in this file")
      ->type_name("FILE");
  app.add_option("--write-baseline", options->new_baseline,
                 "Write the findings of now for later --baseline")
      ->type_name("FILE");
  app.add_option("--remarks", options->remarks,
                 "Quote what the compiler said of a finding's code: a file of clang's "
                 "-fsave-optimization-record, or a folder of such; may be repeated")
      ->type_name("PATH")
      ->take_all();
  add_profile_option(app, options->input);
  add_output_options(app, options->output);
  add_sarif_option(app, options->output);
  app.add_option("--source-root", options->source_root,
                 "In SARIF, name files from this folder on (the repository, or this folder)")
      ->type_name("DIR")
      ->needs("--sarif");
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command audit{
    .name = "audit",
    .summary = "Find what the compiler did badly, with the instructions as evidence",
    .setup = setup,
    .trailing = kCompilerTrailing,
};

}  // namespace asmforge::commands
