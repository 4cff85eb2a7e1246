#include "audit/source_join.h"

#include <string>
#include <utility>
#include <vector>

#include "collect/source_lines.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

// Per finding: the loop's header, then the evidence.
std::vector<SourceLocation> locate(const Binary& binary, AuditReport& report) {
  if (report.findings.empty()) return {};
  if (!binary.has_debug_info) {
    report.notes.emplace_back("no debug information: build with -g for source lines");
    return {};
  }
  std::vector<std::uint64_t> addresses;
  for (const Finding& finding : report.findings) {
    addresses.push_back(finding.loop_header);
    for (const Evidence& evidence : finding.evidence) addresses.push_back(evidence.address);
  }
  SourceLines lines(binary);
  Result<std::vector<SourceLocation>> found = lines.locate(addresses);
  if (!found.has_value()) {
    report.notes.push_back(found.error().what);
    return {};
  }
  return std::move(found).value();
}

// "bounds-check-in-loop:sum:14", or the loop's number where no line is known. The
// line is that of the function itself, not of what was inlined into it.
std::string suppress_key(const Finding& finding) {
  const std::string key = finding.check + ':' + finding.function + ':';
  if (finding.source.known() && finding.source.frames.back().line != 0)
    return key + std::to_string(finding.source.frames.back().line);
  return key + "loop" + std::to_string(finding.loop);
}

}  // namespace

void join_source(const Binary& binary, bool find_source, AuditReport& report) {
  std::vector<SourceLocation> locations;
  if (find_source) locations = locate(binary, report);
  auto location = locations.begin();
  for (Finding& finding : report.findings) {
    finding.demangled = demangle(finding.function);
    if (location != locations.end()) {
      const SourceLocation& header = *location++;
      if (header.known()) {
        finding.predicate.loop.source_file = header.frames.front().file;
        finding.predicate.loop.source_line = header.frames.front().line;
      }
      // Compilers give some instructions no line; the next one that has one serves.
      for (std::size_t i = 0; i < finding.evidence.size(); ++i, ++location)
        if (!finding.source.known()) finding.source = std::move(*location);
    }
    finding.suppress_key = suppress_key(finding);
  }
}

}  // namespace asmforge
