#include "report/effect_text.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace asmforge {

std::string spends(const std::optional<Effect>& effect) {
  if (!effect) return "";
  const auto share = [](double ratio) { return fmt::format("{:+.2f}", 100 * (ratio - 1)); };
  if (effect->low == effect->high) return share(effect->ratio) + " % exactly";
  if (effect->low <= 0 || !std::isfinite(effect->high)) return share(effect->ratio) + " %";
  return fmt::format("{} % [{}, {}]", share(effect->ratio), share(effect->low),
                     share(effect->high));
}

std::string minute_of(std::string started) {
  constexpr std::size_t kMinutes = 16;
  if (started.size() > kMinutes) started.resize(kMinutes);
  if (const std::size_t t = started.find('T'); t != std::string::npos) started[t] = ' ';
  return printable(started);
}

}  // namespace asmforge
