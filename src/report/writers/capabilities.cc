#include "report/writers/capabilities.h"

#include <algorithm>

#include "base/text.h"
#include "report/json_document.h"
#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kColumns = 80;

std::string_view name_of(CapabilityState state) {
  switch (state) {
    case CapabilityState::kOk: return "ok";
    case CapabilityState::kLimited: return "limited";
    case CapabilityState::kMissing: return "missing";
  }
  return "unknown";
}

Paint paint_of(CapabilityState state) {
  switch (state) {
    case CapabilityState::kOk: return Paint::kGood;
    case CapabilityState::kLimited: return Paint::kChanged;
    case CapabilityState::kMissing: return Paint::kBad;
  }
  return Paint::kBad;
}

}  // namespace

void write_capabilities(const std::vector<Capability>& capabilities, const Palette& palette,
                        Output& out) {
  std::size_t widest = 0;
  for (const Capability& c : capabilities) widest = std::max(widest, columns(c.name));
  const std::size_t indent = widest + 11;  // two gaps and "missing"
  for (const Capability& c : capabilities) {
    out.print("{}{:{}}  {}  {}\n", c.name, "", widest - columns(c.name),
              palette(paint_of(c.state), fmt::format("{:<7}", name_of(c.state))),
              wrap(printable(c.detail), kColumns - indent, indent));
    if (!c.mend.empty())
      out.print("{:{}}{}\n", "", indent,
                wrap("mend: " + printable(c.mend), kColumns - indent, indent));
  }
}

void write_capabilities_json(const std::vector<Capability>& capabilities, Output& out) {
  JsonDocument document(out, "asmforge/doctor/1");
  document.begin_array("capabilities");
  for (const Capability& c : capabilities)
    document.element({{"name", c.name},
                      {"state", name_of(c.state)},
                      {"needed", c.needed},
                      {"detail", c.detail},
                      {"mend", c.mend}});
  document.end_array();
}

}  // namespace asmforge
