#include "report/writers/check_list.h"

#include "base/text_table.h"
#include "report/json_document.h"

namespace asmforge {

void write_check_list(const std::vector<CheckDescription>& checks, const Palette& palette,
                      Output& out) {
  TextTable table({{"check"}, {"finds"}});
  for (const CheckDescription& check : checks)
    table.add_row({std::string(check.id), std::string(check.summary)});
  const std::vector<std::string> lines = table.lines(0);
  out.print("{}\n", palette(Paint::kTitle, lines[0]));
  for (std::size_t i = 1; i < lines.size(); ++i) out.print("{}\n", lines[i]);
  out.write("\n'asmforge explain CHECK' prints the page of one.\n");
}

void write_check_page(const CheckDescription& check, const Palette& palette, Output& out) {
  std::string_view rest = check.page;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    out.print("{}\n", line.starts_with('#') ? palette(Paint::kTitle, line) : std::string(line));
  }
}

void write_checks_json(const std::vector<CheckDescription>& checks, Output& out) {
  JsonDocument document(out, "asmforge/explain/1");
  document.begin_array("checks");
  for (const CheckDescription& check : checks)
    document.element({{"id", check.id}, {"summary", check.summary}, {"page", check.page}});
  document.end_array();
}

}  // namespace asmforge
