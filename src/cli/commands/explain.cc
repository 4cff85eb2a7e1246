// `asmforge explain [CHECK]`: what a check looks for, and what to do about it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "audit/check.h"
#include "base/suggest.h"
#include "cli/check_descriptions.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/values.h"
#include "report/writers/check_list.h"

namespace asmforge::commands {
namespace {

struct Options {
  std::string check;
  OutputOptions output;
};

Result<int> run(const Options& options, Session& session) {
  const std::vector<CheckDescription> all = check_descriptions();
  std::vector<CheckDescription> chosen;
  std::vector<std::string_view> known;
  for (const CheckDescription& check : all) {
    known.push_back(check.id);
    if (options.check.empty() || check.id == options.check) chosen.push_back(check);
  }
  if (chosen.empty() && !options.check.empty()) {
    std::vector<std::string_view> meant;
    for (const std::string_view id : known)
      if (id.starts_with(options.check)) meant.push_back(id);
    if (meant.empty())
      for (const std::size_t nearest : nearest_names(options.check, known, 1))
        meant.push_back(known[nearest]);
    return Error{
        ErrorCode::kNotFound,
        fmt::format("no check '{}'{}", options.check,
                    meant.empty() ? ""
                                  : fmt::format(" (did you mean '{}'?)",
                                                fmt::join(meant.begin(), meant.end(), "' or '"))),
        "asmforge explain lists them"};
  }
  const Palette palette = palette_for(options.output, session.out);
  if (options.output.json)
    write_checks_json(chosen, session.out);
  else if (options.check.empty())
    write_check_list(chosen, palette, session.out);
  else
    write_check_page(chosen.front(), palette, session.out);
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  std::vector<std::string> ids;
  for (const Check* check : all_checks()) ids.emplace_back(check->id);
  app.add_option("CHECK", options->check, "The check's id (default: list all checks)")
      ->check(offers(ids));
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command explain{
    .name = "explain",
    .summary = "Say what a check looks for and what to do about it",
    .setup = setup,
};

}  // namespace asmforge::commands
