#include "transform/compiler_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace asmforge {
namespace {

// What is appended, and how it begins up to the flag itself.
struct Addition {
  std::string front;
  std::string text;
};

Addition to_makefile(std::string_view text, const FlagOfSource& wanted) {
  const std::string_view variable = wanted.is_cplusplus ? "CXXFLAGS" : "CFLAGS";
  // override: the variable may be given to make as an argument.
  const std::string assignment = fmt::format("override {} += ", variable);
  if (text.find(".o") == std::string_view::npos)
    return {assignment, fmt::format("{}{}\n", assignment, wanted.flag)};
  const std::string object = std::filesystem::path(wanted.source).stem().string() + ".o";
  const std::string front = fmt::format("{}: {}", object, assignment);
  return {front, fmt::format("{0}{1}\n%/{0}{1}\n", front, wanted.flag)};
}

Addition to_cmake(const FlagOfSource& wanted) {
  const std::string front =
      fmt::format("set_property(SOURCE \"{}\" APPEND PROPERTY COMPILE_OPTIONS \"", wanted.source);
  return {front, fmt::format("{}{}\")\n", front, wanted.flag)};
}

struct LineAt {
  std::size_t begin = 0;
  std::size_t end = 0;    // behind its newline
  std::string_view text;  // without blanks around it
};

std::optional<LineAt> next_line(std::string_view text, std::size_t begin) {
  if (begin >= text.size()) return std::nullopt;
  const std::size_t newline = text.find('\n', begin);
  const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
  std::string_view line = text.substr(begin, end - begin);
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return LineAt{begin, end, line};
}

bool sets_key(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return false;
  line.remove_prefix(key.size());
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return line.starts_with('=');
}

}  // namespace

Result<Patch> add_flag(BuildSystem system, const std::string& file, std::string_view text,
                       const FlagOfSource& wanted) {
  AF_CHECK(system != BuildSystem::kCargo);
  Addition added = system == BuildSystem::kMake ? to_makefile(text, wanted) : to_cmake(wanted);
  // Of levels one is enough: the next would only be tried against the one before.
  const std::string_view once =
      wanted.flag.starts_with("-O") ? "-O" : std::string_view(wanted.flag);
  if (text.find(added.front + std::string(once)) != std::string_view::npos)
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: has such a flag for {} already", file, wanted.source), ""};
  if (!text.empty() && !text.ends_with('\n')) added.text.insert(0, "\n");
  return Patch{file, text.size(), "", std::move(added.text)};
}

Result<Patch> set_release_profile(const std::string& file, std::string_view text,
                                  std::string_view key, std::string_view value) {
  const std::string setting = fmt::format("{} = {}", key, value);
  std::optional<std::size_t> behind_header;
  for (std::optional<LineAt> line = next_line(text, 0); line; line = next_line(text, line->end)) {
    if (line->text.starts_with('[')) {
      if (behind_header) break;
      if (line->text == "[profile.release]") behind_header = line->end;
    } else if (behind_header && sets_key(line->text, key)) {
      if (line->text == setting)
        return Error{ErrorCode::kNotFound, fmt::format("{}: has {} already", file, setting), ""};
      const std::size_t at = text.find(line->text, line->begin);
      return Patch{file, at, std::string(line->text), setting};
    }
  }
  const std::string_view newline = text.empty() || text.ends_with('\n') ? "" : "\n";
  if (!behind_header)
    return Patch{
        file, text.size(), "",
        fmt::format("{}{}[profile.release]\n{}\n", newline, text.empty() ? "" : "\n", setting)};
  const bool at_end = *behind_header == text.size() && !newline.empty();
  return Patch{file, *behind_header, "", fmt::format("{}{}\n", at_end ? newline : "", setting)};
}

}  // namespace asmforge
