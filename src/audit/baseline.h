// The findings that were there when somebody began to look: later audits count only others.
//
//     {"schema":"asmforge/baseline/1", "findings":[
//       {"fingerprint":"0123...:1","check":"invariant-divide","function":"f","source":"f.c:3"},
//
// A finding is the same when its fingerprint is (core/finding.h); what else a row says is for
// people who read the file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/result.h"

namespace asmforge {

struct BaselineRow {
  std::string fingerprint;
  std::string check;
  std::string function;  // demangled
  std::string source;    // "f.c:3", the innermost frame; empty when unknown
};
using Baseline = std::vector<BaselineRow>;

// kBadInput for what is no baseline.
Result<Baseline> read_baseline(const std::string& path);

// What the source does not ignore of these, as the text of a file, a row a line in an order that
// does not change with the build.
std::string baseline_text(std::span<const Finding* const> findings);

// Sets in_baseline of each. The rows that none of them has.
std::vector<const BaselineRow*> mark_known(const Baseline& baseline,
                                           std::span<Finding* const> findings);

}  // namespace asmforge
