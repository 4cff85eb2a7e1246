#include "cli/check_descriptions.h"

#include "audit/check.h"
#include "cli/check_pages.h"

namespace asmforge {

std::vector<CheckDescription> check_descriptions() {
  std::vector<CheckDescription> checks;
  for (const Check* check : all_checks())
    checks.push_back({check->id, check->summary, check_page(check->id)});
  return checks;
}

}  // namespace asmforge
