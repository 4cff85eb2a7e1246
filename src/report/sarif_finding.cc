#include "report/sarif_finding.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "core/source_language.h"

namespace asmforge {
namespace {

constexpr std::string_view kFingerprint = "asmforgeFinding/v1";

std::string name_of(const Finding& finding) {
  return finding.demangled.empty() ? finding.function : finding.demangled;
}

// What the user cannot change, or nobody can be sure of, is no warning.
std::string_view level_of(const Finding& finding) {
  return finding.confidence == Confidence::kHint || finding.library_code ? "note" : "warning";
}

Json address_json(std::uint64_t address, std::string_view kind) {
  return {{"absoluteAddress", address}, {"kind", kind}};
}

// Names of functions in debug information and in symbols are as hostile as they like.
Json function_json(const std::string& name, const std::string& symbol) {
  Json function = {{"fullyQualifiedName", name}, {"kind", "function"}};
  if (!symbol.empty()) function["decoratedName"] = symbol;
  return function;
}

Json source_location_json(const SourceFrame& frame, SarifArtifacts& artifacts) {
  Json location = {{"artifactLocation", artifacts.source(frame)}};
  if (frame.line != 0) location["region"] = {{"startLine", frame.line}};
  return location;
}

class FindingResult {
 public:
  FindingResult(const Finding& finding, const SarifProgram& program, SarifArtifacts& artifacts)
      : finding_(finding), program_(program), artifacts_(artifacts) {}

  Json make(std::size_t rule) {
    Json result = {{"ruleId", finding_.check},
                   {"ruleIndex", rule},
                   {"level", level_of(finding_)},
                   {"message", sarif_message(text())},
                   {"locations", Json::array({location()})},
                   {"relatedLocations", related()},
                   {"partialFingerprints", {{kFingerprint, fingerprint()}}},
                   {"suppressions", suppressions()}};
    if (finding_.source.frames.size() > 1) result["stacks"] = Json::array({stack()});
    if (finding_.in_baseline) result["baselineState"] = *finding_.in_baseline ? "unchanged" : "new";
    if (finding_.share) result["rank"] = *finding_.share * 100;
    result["properties"] = properties();
    return result;
  }

 private:
  [[nodiscard]] const std::string& fix() const {
    return language_of(finding_) == SourceLanguage::kRust ? finding_.fix_rust : finding_.fix_c;
  }

  // What no audit found has none of its own.
  [[nodiscard]] std::string fingerprint() const {
    return finding_.fingerprint.empty() ? fmt::format("{}:loop{}", finding_.function, finding_.loop)
                                        : finding_.fingerprint;
  }

  [[nodiscard]] std::string text() const {
    std::string text = fmt::format("{}, in {}", finding_.title, name_of(finding_));
    if (finding_.loop != kNoIndex) text += fmt::format(", loop {}", finding_.loop);
    if (finding_.share) text += fmt::format(", {} of the profile", percent(*finding_.share));
    text += ".";
    if (!fix().empty()) text += " " + fix();
    return text + fmt::format(" Predicts: {}", to_string(finding_.predicate));
  }

  // Where the source is known, there; otherwise at the loop's address in the program.
  Json location() {
    Json physical = finding_.source.known()
                        ? source_location_json(finding_.source.frames.front(), artifacts_)
                        : Json{{"artifactLocation", artifacts_.program(program_)}};
    if (!finding_.source.known() && finding_.loop_header != 0)
      physical["address"] = address_json(finding_.loop_header, "instruction");
    return {
        {"physicalLocation", std::move(physical)},
        {"logicalLocations", Json::array({function_json(name_of(finding_), finding_.function)})}};
  }

  // The instructions, then the calls that were inlined, from the inside out.
  Json related() {
    Json list = Json::array();
    for (const Evidence& one : finding_.evidence) {
      const std::string words = one.note.empty() ? one.text : one.text + ": " + one.note;
      list.push_back({{"id", list.size() + 1},
                      {"physicalLocation",
                       {{"artifactLocation", artifacts_.program(program_)},
                        {"address", address_json(one.address, "instruction")}}},
                      {"message", sarif_message(words)}});
    }
    for (const JoinedRemark& remark : finding_.remarks) {
      list.push_back({{"id", list.size() + 1},
                      {"physicalLocation", source_location_json(remark.place, artifacts_)},
                      {"message", sarif_message(fmt::format("the compiler: {} ({})", remark.message,
                                                            remark.pass))}});
    }
    const std::vector<SourceFrame>& frames = finding_.source.frames;
    for (std::size_t i = 1; i < frames.size(); ++i)
      list.push_back({{"id", list.size() + 1},
                      {"physicalLocation", source_location_json(frames[i], artifacts_)},
                      {"message", sarif_message(fmt::format("{} is inlined here",
                                                            frames[i - 1].function.empty()
                                                                ? "this code"
                                                                : frames[i - 1].function))}});
    return list;
  }

  Json stack() {
    Json frames = Json::array();
    for (const SourceFrame& frame : finding_.source.frames) {
      Json location = {{"physicalLocation", source_location_json(frame, artifacts_)}};
      if (!frame.function.empty())
        location["logicalLocations"] = Json::array({function_json(frame.function, "")});
      frames.push_back({{"location", std::move(location)}});
    }
    return {{"message", sarif_message("inlined, from the inside out")},
            {"frames", std::move(frames)}};
  }

  Json suppressions() {
    Json list = Json::array();
    if (!finding_.ignored) return list;
    const IgnoreComment& comment = *finding_.ignored;
    list.push_back(
        {{"kind", "inSource"},
         {"status", "accepted"},
         {"justification", comment.reason},
         {"location", {{"physicalLocation", source_location_json(comment.place, artifacts_)}}}});
    return list;
  }

  Json properties() {
    Json bag = {{"confidence", to_string(finding_.confidence)},
                {"confidenceReason", finding_.confidence_reason},
                {"prediction", to_string(finding_.predicate)},
                {"cause", finding_.cause},
                {"risk", finding_.risk},
                {"ruledOut", finding_.traps_passed},
                {"libraryCode", finding_.library_code},
                {"instructionsLeftOut", finding_.left_out},
                {"severity", finding_.severity_cycles ? Json(*finding_.severity_cycles) : Json()},
                {"severityReason", finding_.severity_reason},
                {"executions", finding_.executions ? Json(*finding_.executions) : Json()},
                {"share", finding_.share ? Json(*finding_.share) : Json()}};
    if (finding_.loop != kNoIndex)
      bag["loop"] = {{"number", finding_.loop},
                     {"role", to_string(finding_.role)},
                     {"depth", finding_.loop_depth},
                     {"header", hexadecimal(finding_.loop_header)},
                     {"begin", hexadecimal(finding_.loop_range.begin)},
                     {"end", hexadecimal(finding_.loop_range.end)}};
    return bag;
  }

  const Finding& finding_;
  const SarifProgram& program_;
  SarifArtifacts& artifacts_;
};

}  // namespace

Json sarif_finding(const Finding& finding, std::size_t rule, const SarifProgram& program,
                   SarifArtifacts& artifacts) {
  return FindingResult(finding, program, artifacts).make(rule);
}

}  // namespace asmforge
