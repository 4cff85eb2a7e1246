#include "cli/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/suggest.h"

namespace asmforge {
namespace {

// Validators have a name that is shown nowhere; ours carry the values in it.
constexpr std::string_view kOffered = "offered ";

CLI::Validator with_values(CLI::Validator validator, const std::vector<std::string>& values) {
  return validator.description("").name(
      fmt::format("{}{}", kOffered, fmt::join(values.begin(), values.end(), " ")));
}

}  // namespace

CLI::Validator one_of(const std::vector<std::string>& values) {
  const auto check = [values](const std::string& word) -> std::string {
    if (std::find(values.begin(), values.end(), word) != values.end()) return {};
    const std::vector<std::string_view> known(values.begin(), values.end());
    const std::vector<std::size_t> nearest = nearest_names(word, known, 1);
    return fmt::format(
        "'{}' is none of {}{}", word, fmt::join(values.begin(), values.end(), ", "),
        nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", known[nearest[0]]));
  };
  return with_values(CLI::Validator(check, ""), values);
}

CLI::Validator offers(const std::vector<std::string>& values) {
  return with_values(CLI::Validator([](const std::string&) { return std::string(); }, ""), values);
}

std::string offered_values(CLI::Option& option) {
  try {
    const std::string& name = option.get_validator(0)->get_name();
    if (name.starts_with(kOffered)) return name.substr(kOffered.size());
  } catch (const CLI::OptionNotFound&) {  // it has no validator
  }
  return {};
}

CLI::Validator natural_number() {
  const auto check = [](const std::string& word) -> std::string {
    const bool digits =
        !word.empty() && word.size() < 19 && word.find_first_not_of("0123456789") == word.npos;
    return digits ? std::string() : fmt::format("'{}' is no whole number from 0 on", word);
  };
  return CLI::Validator(check, "");
}

}  // namespace asmforge
