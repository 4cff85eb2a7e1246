#include "audit/source_join.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/content_hash.h"
#include "collect/decoded_names.h"
#include "collect/source_lines.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

// Of the loop, looked up where the evidence has no lines: compilers give none to what they add of
// their own, such as spills.
constexpr std::uint64_t kPlacesOfLoop = 8;

// Per finding: the loop's header, the evidence, places all over the loop.
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
    const AddressRange& range = finding.loop_range;
    for (std::uint64_t i = 0; i < kPlacesOfLoop; ++i)
      addresses.push_back(range.begin + (range.end - range.begin) * i / kPlacesOfLoop);
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

// What stays the same when lines move and other functions change. A function without a name
// goes by its number, for nothing else is known of it.
std::string identity_of(const Binary& binary, const Finding& finding) {
  std::string name = canonical_function_name(finding.function);
  if (name.empty()) name = "#" + std::to_string(finding.function_index);
  const std::vector<SourceFrame>& frames = finding.source.frames;
  const std::string inlined = frames.size() > 1 ? frames.front().function : std::string();
  const std::string text = finding.check + '\n' + binary.member + '\n' + name + '\n' + inlined;
  return content_hash({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void give_fingerprints(const Binary& binary, std::vector<Finding>& findings) {
  std::vector<Finding*> by_address;
  for (Finding& finding : findings) by_address.push_back(&finding);
  const auto key = [](const Finding* f) {
    return std::pair(f->loop_header, f->evidence.empty() ? 0 : f->evidence.front().address);
  };
  std::ranges::sort(by_address, {}, key);
  std::map<std::string, std::size_t> seen;
  for (Finding* finding : by_address) {
    const std::string identity = identity_of(binary, *finding);
    finding->fingerprint = identity + ':' + std::to_string(++seen[identity]);
  }
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
      for (std::size_t i = 0; i < finding.evidence.size() + kPlacesOfLoop; ++i, ++location)
        if (!finding.source.known()) finding.source = std::move(*location);
    }
    finding.suppress_key = suppress_key(finding);
  }
  give_fingerprints(binary, report.findings);
}

}  // namespace asmforge
