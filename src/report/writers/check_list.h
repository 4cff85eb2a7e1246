// `asmforge explain`: the checks, and the page of one.
#pragma once

#include <string_view>
#include <vector>

#include "report/output.h"
#include "report/palette.h"

namespace asmforge {

struct CheckDescription {
  std::string_view id;
  std::string_view summary;
  std::string_view page;  // Markdown
};

void write_check_list(const std::vector<CheckDescription>& checks, const Palette& palette,
                      Output& out);
void write_check_page(const CheckDescription& check, const Palette& palette, Output& out);
void write_checks_json(const std::vector<CheckDescription>& checks, Output& out);

}  // namespace asmforge
