#include "report/writers/findings.h"

#include <algorithm>

#include "base/text.h"
#include "core/source_language.h"
#include "report/location.h"
#include "report/member_notes.h"
#include "report/remark_text.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kIndent = 4;
constexpr std::size_t kLabelColumns = 10;  // "cause     "
constexpr std::size_t kColumns = 80;       // but on a terminal that has fewer
constexpr std::size_t kLeastColumns = 60;
constexpr std::size_t kLeastName = 16;
constexpr std::size_t kTextColumns = 34;  // notes on instructions begin after them

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_separators(count), count == 1 ? one : many);
}

class Writer {
 public:
  Writer(const Palette& palette, Output& out)
      : palette_(palette),
        out_(out),
        columns_(out.width() == 0 ? kColumns
                                  : std::clamp<std::size_t>(out.width(), kLeastColumns, kColumns)) {
  }

  void finding(const Finding& f, std::size_t rank) {
    out_.print("{:>2}  {}\n", rank,
               palette_(Paint::kTitle, wrap(printable(f.title), columns_ - kIndent, kIndent)));
    row("in", where(f));
    if (f.source.known()) row("source", location_text(f.source));
    evidence(f);
    remarks(f);
    row("predicts", predicts(f));
    row("check", fmt::format("{}, confidence: {}{}", f.check, to_string(f.confidence),
                             f.confidence_reason.empty() ? "" : ": " + f.confidence_reason));
    explanation(f, rank);
    out_.write("\n");
  }

  void summary(const std::vector<AuditedFile>& files, std::size_t shown) {
    AuditReport sum;
    std::size_t findings = 0;
    std::size_t ignored = 0;
    std::size_t known = 0;
    for (const AuditedFile& file : files) {
      add_counts(sum, file.report);
      for (const Finding& finding : file.report.findings) {
        findings += finding.counts() ? 1 : 0;
        ignored += finding.ignored ? 1 : 0;
        known += !finding.ignored && !finding.counts() ? 1 : 0;
      }
    }
    const std::string checks = joined(files.front().report.checks, ", ");
    if (findings == 0)
      out_.print("{}\n", palette_(Paint::kGood, "no findings"));
    else if (shown < findings)
      out_.print("{}, the first {} shown; --all shows all\n",
                 counted(findings, "finding", "findings"), shown);
    else
      out_.print("{}\n", counted(findings, "finding", "findings"));
    not_counted(ignored, known, files.front().report.gone_from_baseline);
    wide("checked",
         fmt::format("{}; {}, {}, {}, {} of them audited (innermost, not remainder, peel or "
                     "cold)",
                     checks, counted(sum.functions, "function", "functions"),
                     counted(sum.instructions, "instruction", "instructions"),
                     counted(sum.loops, "loop", "loops"), with_separators(sum.loops_audited)));
    wide("unknown", fmt::format("{}, {} ({}), {}",
                                counted(sum.unresolved_jumps, "indirect jump without known targets",
                                        "indirect jumps without known targets"),
                                counted(sum.undecoded_bytes, "byte that is no instruction",
                                        "bytes that are no instruction"),
                                counted(sum.functions_with_undecoded, "function", "functions"),
                                counted(sum.irreducible_edges, "cycle edge outside natural loops",
                                        "cycle edges outside natural loops")));
    wide("ranking", files.front().report.ranked_by_profile
                        ? "by the profile; hot means at least 1 % of it"
                        : "by structure, as no profile was given, library code last; what is hot "
                          "is not known");
    if (const auto& remarks = files.front().report.remarks) {
      wide("remarks", remark_totals_text(*remarks));
      for (const std::string& note : remarks->notes) wide("note", printable(note));
    }
    std::vector<std::vector<std::string>> notes;
    notes.reserve(files.size());
    for (const AuditedFile& file : files) notes.push_back(file.report.notes);
    for (const std::string& note : total_notes(notes)) wide("note", printable(note));
  }

 private:
  // What was found and does not count is never left unsaid.
  void not_counted(std::size_t ignored, std::size_t known, std::optional<std::uint64_t> gone) {
    if (ignored + known != 0)
      wide("besides", fmt::format("{} that the source says to ignore, {} of the baseline; --json "
                                  "and --sarif have them",
                                  with_separators(ignored), with_separators(known)));
    if (gone && *gone != 0)
      wide("baseline", counted(*gone, "finding of it is gone", "findings of it are gone") +
                           ": --write-baseline writes it anew");
  }

  // As people write it, shortened when a terminal has fewer columns for it.
  [[nodiscard]] std::string name(const Finding& f, std::size_t beside) const {
    std::string whole = printable(f.demangled.empty() ? f.function : f.demangled);
    if (out_.width() == 0) return whole;
    const std::size_t left = columns_ - kIndent - kLabelColumns;
    return shorten(whole, std::max(left - std::min(left, beside), kLeastName));
  }

  [[nodiscard]] std::string predicts(const Finding& f) const {
    Predicate readable = f.predicate;
    readable.function.clear();
    const std::size_t beside = columns(to_string(readable));
    readable.function = name(f, beside);
    return to_string(readable);
  }

  [[nodiscard]] std::string where(const Finding& f) const {
    std::string text = name(f, 1);  // a comma follows
    if (f.library_code) text += ", library code";
    if (f.loop != kNoIndex) {
      text += fmt::format(", loop {}", f.loop);
      if (f.role != LoopRole::kUnknown) text += fmt::format(", {}", to_string(f.role));
      if (f.loop_depth > 1) text += fmt::format(", depth {}", f.loop_depth);
      text += fmt::format(", {:x}-{:x}", f.loop_range.begin, f.loop_range.end);
    }
    if (f.may_have_run) text += ", ? of the profile (none seen, which does not mean never)";
    if (f.share) text += fmt::format(", {} of the profile", percent(*f.share));
    if (f.executions) text += fmt::format(", executed {} times", with_separators(*f.executions));
    return text;
  }

  // What findings of one check have in common is said once.
  void explanation(const Finding& f, std::size_t rank) {
    const auto same = [&](const Explained& e) {
      return e.finding->cause == f.cause && e.finding->fix_c == f.fix_c &&
             e.finding->risk == f.risk && e.finding->traps_passed == f.traps_passed &&
             e.finding->severity_cycles == f.severity_cycles &&
             e.finding->severity_reason == f.severity_reason &&
             language_of(*e.finding) == language_of(f);
    };
    const auto before = std::find_if(explained_.begin(), explained_.end(), same);
    if (before != explained_.end()) {
      row("why, fix", fmt::format("as in {}", before->rank));
      return;
    }
    explained_.push_back({&f, rank});
    row("cause", f.cause);
    if (language_of(f) != SourceLanguage::kRust) row("C, C++", f.fix_c);
    if (language_of(f) != SourceLanguage::kC) row("Rust", f.fix_rust);
    row("risk", f.risk);
    row("ruled out", joined(f.traps_passed, "; "));
    row("severity", f.severity_cycles ? fmt::format("{:.1f} cycles", *f.severity_cycles)
                                      : "unknown: " + f.severity_reason);
  }

  // "loop not vectorized: cannot identify array bounds (loop-vectorize, sum.c:4)"
  void remarks(const Finding& f) {
    std::string_view label = "compiler";
    for (const JoinedRemark& remark : f.remarks) {
      row(label, remark_text(remark));
      label = "";
    }
    if (f.remarks_left_out != 0)
      row("", fmt::format("and {} more", counted(f.remarks_left_out, "remark", "remarks")));
  }

  void evidence(const Finding& f) {
    instructions(f);
    if (f.left_out != 0)
      out_.print("{:{}}and {} more {}\n", "", kIndent + 2, with_separators(f.left_out),
                 f.left_out == 1 ? "instruction" : "instructions");
  }

  void instructions(const Finding& f) {
    for (const Evidence& e : f.evidence) {
      const std::string address = fmt::format("{:x}", e.address);
      const std::string text = shorten(printable(e.text), out_.width() == 0 ? 0 : columns_ - 20);
      out_.print("{:{}}{}  {}", "", kIndent + 2, palette_(Paint::kDim, address), text);
      if (!e.note.empty()) {
        const std::size_t indent = kIndent + 2 + address.size() + 2 + kTextColumns + 1;
        const std::size_t used = columns(text);
        // A long instruction pushes its note to a line of its own.
        if (used > kTextColumns)
          out_.print("\n{:{}}", "", indent);
        else
          out_.print("{:{}} ", "", kTextColumns - used);
        out_.write(palette_(Paint::kSource,
                            "; " + wrap(printable(e.note), columns_ - indent - 2, indent + 2)));
      }
      out_.write("\n");
    }
  }

  // A labelled paragraph of a finding; nothing when there is no text.
  void row(std::string_view label, const std::string& text) {
    if (text.empty()) return;
    out_.print("{:{}}{}{}\n", "", kIndent,
               palette_(Paint::kDim, fmt::format("{:<{}}", label, kLabelColumns)),
               wrap(printable(text), columns_ - kIndent - kLabelColumns, kIndent + kLabelColumns));
  }

  void wide(std::string_view label, const std::string& text) {
    out_.print("{:<{}}{}\n", label, kLabelColumns - 1,
               wrap(text, columns_ - kLabelColumns + 1, kLabelColumns - 1));
  }

  static std::string joined(const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (const std::string& part : parts) {
      if (!text.empty()) text += between;
      text += part;
    }
    return text;
  }

  struct Explained {
    const Finding* finding;
    std::size_t rank;
  };

  const Palette& palette_;
  Output& out_;
  std::size_t columns_;
  std::vector<Explained> explained_;
};

}  // namespace

void write_findings(const std::vector<AuditedFile>& files, const FindingsOptions& options,
                    const Palette& palette, Output& out) {
  Writer writer(palette, out);
  std::size_t shown = 0;
  for (const AuditedFile& file : files) {
    bool titled = files.size() == 1;
    for (const Finding& finding : file.report.findings) {
      if (options.limit != 0 && shown == options.limit) break;
      if (!finding.counts()) continue;
      if (!titled)
        out.print("{}({}):\n", printable(file.binary->path), printable(file.binary->member));
      titled = true;
      writer.finding(finding, ++shown);
    }
  }
  writer.summary(files, shown);
}

}  // namespace asmforge
