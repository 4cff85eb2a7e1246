#include "audit/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace asmforge {
namespace {

constexpr std::string_view kSchema = "asmforge/baseline/1";

std::string text_in(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  const std::string* text = value == nullptr ? nullptr : value->string();
  return text == nullptr ? std::string() : *text;
}

BaselineRow row_of(const Finding& finding) {
  BaselineRow row{finding.fingerprint, finding.check,
                  finding.demangled.empty() ? finding.function : finding.demangled, ""};
  if (finding.source.known()) {
    const SourceFrame& frame = finding.source.frames.front();
    row.source = fmt::format("{}:{}", frame.file, frame.line);
  }
  return row;
}

}  // namespace

Result<Baseline> read_baseline(const std::string& path) {
  const auto no_baseline = [&](std::string_view why) {
    return Error{ErrorCode::kBadInput, fmt::format("{}: is no baseline: {}", printable(path), why),
                 "asmforge audit --write-baseline FILE writes one"};
  };
  AF_TRY(const JsonValue document, read_json_file(path));
  if (text_in(document, "schema") != kSchema)
    return no_baseline(fmt::format("its schema is not {}", kSchema));
  const JsonValue* findings = document.find("findings");
  const JsonValue::Array* rows = findings == nullptr ? nullptr : findings->array();
  if (rows == nullptr) return no_baseline("it has no array 'findings'");
  Baseline baseline;
  for (const JsonValue& row : *rows) {
    baseline.push_back({text_in(row, "fingerprint"), text_in(row, "check"),
                        text_in(row, "function"), text_in(row, "source")});
    if (baseline.back().fingerprint.empty() || baseline.back().check.empty())
      return no_baseline(
          fmt::format("its finding {} has no fingerprint or check", baseline.size()));
  }
  return baseline;
}

std::string baseline_text(std::span<const Finding* const> findings) {
  std::vector<BaselineRow> rows;
  for (const Finding* finding : findings)
    if (!finding->ignored) rows.push_back(row_of(*finding));
  std::ranges::sort(rows, {}, [](const BaselineRow& row) {
    return std::tie(row.check, row.function, row.fingerprint);
  });
  std::string text = fmt::format("{{\n  \"schema\": \"{}\",\n  \"findings\": [", kSchema);
  for (const BaselineRow& row : rows)
    text += fmt::format("{}\n    {{\"fingerprint\":{},\"check\":{},\"function\":{},\"source\":{}}}",
                        &row == rows.data() ? "" : ",", json_quoted(row.fingerprint),
                        json_quoted(row.check), json_quoted(row.function), json_quoted(row.source));
  return text + (rows.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

std::vector<const BaselineRow*> mark_known(const Baseline& baseline,
                                           std::span<Finding* const> findings) {
  std::set<std::string_view> known;
  for (const BaselineRow& row : baseline) known.insert(row.fingerprint);
  std::set<std::string_view> found;
  for (Finding* finding : findings) {
    finding->in_baseline = known.contains(finding->fingerprint);
    found.insert(finding->fingerprint);
  }
  std::vector<const BaselineRow*> gone;
  for (const BaselineRow& row : baseline)
    if (!found.contains(row.fingerprint)) gone.push_back(&row);
  return gone;
}

}  // namespace asmforge
