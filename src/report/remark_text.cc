#include "report/remark_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/location.h"

namespace asmforge {

std::string remark_text(const JoinedRemark& remark) {
  return fmt::format("{} ({}, {})", remark.message, remark.pass, location_text({{remark.place}}));
}

std::string remark_totals_text(const RemarkTotals& totals) {
  std::string text = fmt::format(
      "{} of {} in {} file{} {} of findings; {} elsewhere, {} of one of several places, {} "
      "unreadable",
      with_separators(totals.joined), with_separators(totals.read()), with_separators(totals.files),
      totals.files == 1 ? "" : "s", totals.joined == 1 ? "is" : "are",
      with_separators(totals.elsewhere), with_separators(totals.ambiguous),
      with_separators(totals.unreadable));
  if (totals.joined == 0 && totals.read() != 0)
    text += ". None says why; were they written when this very program was built?";
  return text;
}

}  // namespace asmforge
