// The interface of a codegen check. One file in checks/ per check; the registry
// is generated from the folder.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "audit/audited_function.h"
#include "core/finding.h"
#include "core/isa.h"

namespace asmforge {

struct Check {
  std::string_view id;       // "bounds-check-in-loop": stable, used in contracts and SARIF
  std::string_view summary;  // one line for `asmforge explain`
  // Appends what it finds in one function. Called from several threads at once,
  // each with a function of its own.
  void (*run)(AuditedFunction& function, std::vector<Finding>& findings);
  // What it was made for and tried on. It is silent on other ISAs.
  std::span<const Isa> isas;

  [[nodiscard]] bool claims(Isa isa) const {
    return std::find(isas.begin(), isas.end(), isa) != isas.end();
  }
};

std::span<const Check* const> all_checks();
// nullptr when there is none of that name.
const Check* check_by_id(std::string_view id);

}  // namespace asmforge
