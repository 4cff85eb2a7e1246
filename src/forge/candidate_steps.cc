#include "forge/candidate_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/predicate.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// Where the first file of a unified diff begins; npos when there is none.
std::size_t first_file(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("diff --git ") || rest.starts_with("--- ")) return at;
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return std::string_view::npos;
}

Result<Done> check_expectations(const Step& step) {
  for (const std::string& line : step.expectations) {
    const Result<Predicate> parsed = parse_predicate(line);
    if (!parsed) return parsed.error().within(step.name);
  }
  return Done{};
}

void read_words(std::string_view words, Step& step) {
  step.expectations = stated_in(words, kExpectKey);
  const std::vector<std::string> checks = stated_in(words, kCheckKey);
  if (!checks.empty()) step.check = checks.front();
}

Result<Step> patch_step(const Project& project, const std::string& path) {
  const fs::path file = fs::path(project.directory) / path;
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.good() && !in.eof())
    return Error{ErrorCode::kBadInput, fmt::format("{}: cannot be read", file.string()),
                 "mend 'patches' in asmforge.toml"};
  const std::size_t begin = first_file(text);
  if (begin == std::string::npos)
    return Error{ErrorCode::kBadInput, fmt::format("{}: holds no unified diff", file.string()),
                 "'git diff' and 'diff -u' write them"};
  Step step;
  step.name = path;
  step.transform = "patch";
  read_words(std::string_view(text).substr(0, begin), step);
  step.patch = std::move(text);
  return step;
}

// What a branch or a commit has that the base has not.
Result<Step> branch_step(const SharedClone& clone, const std::string& base,
                         const std::string& branch) {
  AF_TRY(const std::string commit, clone.commit_of(branch));
  Result<std::string> fork = clone.repository().run({"merge-base", base, commit});
  if (!fork)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} has no commit in common with what it would change", branch),
                 "mend 'branches' in asmforge.toml"};
  Step step;
  step.name = branch;
  step.transform = "branch";
  AF_TRY(step.patch, clone.difference(*fork, commit));
  if (step.patch.empty())
    return Error{ErrorCode::kBadInput, fmt::format("{} has nothing that HEAD has not", branch),
                 "take it out of 'branches' in asmforge.toml"};
  AF_TRY(const std::string words,
         clone.repository().run({"log", "--format=%B", fmt::format("{}..{}", *fork, commit)}));
  read_words(words, step);
  return step;
}

}  // namespace

std::vector<std::string> stated_in(std::string_view text, std::string_view key) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

Result<std::vector<Step>> candidate_steps(const Project& project, const SharedClone& clone,
                                          const std::string& base) {
  std::vector<Step> steps;
  for (const std::string& path : project.candidates.patches) {
    AF_TRY(Step step, patch_step(project, path));
    steps.push_back(std::move(step));
  }
  for (const std::string& branch : project.candidates.branches) {
    AF_TRY(Step step, branch_step(clone, base, branch));
    steps.push_back(std::move(step));
  }
  if (!project.candidates.command.empty()) {
    Step step;
    step.name = project.candidates.command;
    step.transform = "command";
    step.command = project.candidates.command;
    steps.push_back(std::move(step));
  }
  for (const Step& step : steps) {
    AF_TRY(const Done sound, check_expectations(step));
    static_cast<void>(sound);
  }
  return steps;
}

}  // namespace asmforge
