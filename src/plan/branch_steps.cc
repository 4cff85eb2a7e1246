#include "plan/branch_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "transform/branch_expectation.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

constexpr double kMostlyTaken = 0.9;   // of a jump that need not be one
constexpr double kOneSided = 0.95;     // of a condition
constexpr double kLeastShare = 0.002;  // of the profile, in executions of the condition

struct LineCounts {
  std::uint64_t executions = 0;  // of the instruction that runs most
  bool taken_forwards = false;   // a jump of the line mostly jumps forwards
};

using Lines = std::map<std::uint32_t, LineCounts>;

bool mostly_taken(const CountedInsn& insn) {
  return insn.forward_branch && insn.executions > 0 &&
         static_cast<double>(insn.executions - std::min(insn.executions, insn.fell_through)) >=
             kMostlyTaken * static_cast<double>(insn.executions);
}

struct FileCounts {
  const TreeSource* source = nullptr;
  Lines lines;
};

// By the names of the files.
std::map<std::string, FileCounts> files_of(const HotFunction& hot, TreeSources& sources) {
  std::map<std::string, FileCounts> files;
  for (const CountedInsn& insn : hot.insns) {
    if (!insn.source.known()) continue;
    const TreeSource* source = sources.find(insn.source.frames.front());
    if (source == nullptr) continue;
    FileCounts& file = files[source->file];
    file.source = source;
    LineCounts& line = file.lines[insn.source.frames.front().line];
    line.executions = std::max(line.executions, insn.executions);
    line.taken_forwards |= mostly_taken(insn);
  }
  return files;
}

// Of the line in [first, last] that runs most; none when nothing was made of them.
std::optional<LineCounts> most_of(const Lines& lines, std::uint32_t first, std::uint32_t last) {
  std::optional<LineCounts> most;
  for (auto at = lines.lower_bound(first); at != lines.end() && at->first <= last; ++at) {
    if (!most) most.emplace();
    most->executions = std::max(most->executions, at->second.executions);
    most->taken_forwards |= at->second.taken_forwards;
  }
  return most;
}

struct Found {
  const TreeSource* source = nullptr;
  const BranchStatement* branch = nullptr;
  std::uint64_t executions = 0;
  double holds = 0;  // share of times
};

void find_in(const TreeSource& source, const Lines& lines, const Profile& profile,
             std::vector<Found>& found) {
  for (const BranchStatement& branch : source.map.branches) {
    // On one line the two ways cannot be told apart.
    if (branch.then_line <= branch.last_line) continue;
    const std::optional<LineCounts> condition = most_of(lines, branch.line, branch.last_line);
    const std::optional<LineCounts> then = most_of(lines, branch.then_line, branch.then_last);
    if (!condition || !then || !condition->taken_forwards ||
        share(profile, condition->executions) < kLeastShare)
      continue;
    const double holds =
        static_cast<double>(then->executions) / static_cast<double>(condition->executions);
    // Above 1 there is a loop within it, or the line is another's too.
    if (holds > 1 || (holds < kOneSided && holds > 1 - kOneSided)) continue;
    found.push_back({&source, &branch, condition->executions, holds});
  }
}

}  // namespace

std::vector<Step> branch_steps(std::span<const HotFunction> functions, const Profile& profile,
                               const ChangeRequest& request, TreeSources& sources) {
  std::vector<Step> steps;
  if (request.forbids("expectation")) return steps;
  std::vector<Found> found;
  for (const HotFunction& hot : functions)
    for (const auto& [name, file] : files_of(hot, sources))
      find_in(*file.source, file.lines, profile, found);
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::tie(b.executions, a.source->file, a.branch->condition) <
           std::tie(a.executions, b.source->file, b.branch->condition);
  });
  std::set<std::pair<const TreeSource*, std::uint64_t>> seen;
  for (const Found& one : found) {
    if (steps.size() >= request.most_branches) break;
    if (!seen.emplace(one.source, one.branch->condition).second) continue;
    const Result<Patch> patch =
        expect_branch(one.source->file, one.source->text, *one.branch, one.holds);
    if (!patch) continue;
    Step step;
    step.name =
        fmt::format("{}:{}: expect {:.5g} %", one.source->file, one.branch->line, 100 * one.holds);
    step.transform = "expectation";
    step.patch = unified_diff(one.source->text, *patch);
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace asmforge
