#include "audit/loop_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.h"

namespace asmforge {

std::string whole_path(const SourceFrame& frame) {
  const std::filesystem::path file(frame.file);
  return (frame.directory.empty() ? file : frame.directory / file).lexically_normal().string();
}

bool may_name_file(std::string_view name, std::string_view whole_path) {
  const std::string normal = std::filesystem::path(name).lexically_normal().string();
  if (normal.starts_with('/')) return normal == whole_path;
  // From a folder that is not known: clang counts from what the source's path and the
  // compiler's folder have in common.
  std::string_view rest = normal;
  while (rest.starts_with("../")) rest.remove_prefix(3);
  return !rest.empty() && whole_path.ends_with(rest) &&
         (whole_path.size() == rest.size() ||
          whole_path[whole_path.size() - rest.size() - 1] == '/');
}

LoopPlaces::LoopPlaces(std::vector<const LoopCode*> loops) : loops_(std::move(loops)) {
  std::ranges::sort(loops_, {}, &LoopCode::loop);
  for (std::size_t i = 0; i < loops_.size(); ++i) AF_CHECK(loops_[i]->loop == i);
}

std::uint32_t LoopPlaces::number_of_file(const SourceFrame& frame) {
  const auto [entry, added] =
      file_numbers_.try_emplace(whole_path(frame), static_cast<std::uint32_t>(files_.size()));
  if (added) {
    files_.push_back({"", frame.file, frame.directory, 0, 0});
    paths_.push_back(entry->first);
  }
  return entry->second;
}

void LoopPlaces::add(const LoopCode& loop, std::uint64_t address, const SourceLocation& location) {
  // From the outside in, so that what is around a frame is known when it comes.
  std::string around;
  for (std::size_t i = location.frames.size(); i-- > 0;) {
    const SourceFrame& frame = location.frames[i];
    const std::uint32_t file = number_of_file(frame);
    const std::uint32_t outer =
        outer_numbers_.try_emplace(around, static_cast<std::uint32_t>(outer_numbers_.size()))
            .first->second;
    if (frame.line != 0)
      by_line_[frame.line].push_back({file, frame.column, outer, &loop, address});
    around += fmt::format("{}:{}:{};", file, frame.line, frame.column);
  }
}

bool LoopPlaces::inside(LoopIndex inner, LoopIndex outer) const {
  for (LoopIndex l = loops_[inner]->parent; l != kNoIndex; l = loops_[l]->parent)
    if (l == outer) return true;
  return false;
}

LoopPlaces::Answer LoopPlaces::at(const NamedPlace& place) const {
  return place.column == 0 ? Answer{} : find(place, true);
}

LoopPlaces::Answer LoopPlaces::on_line(const NamedPlace& place) const { return find(place, false); }

LoopPlaces::Answer LoopPlaces::find(const NamedPlace& place, bool by_column) const {
  Answer answer;
  const auto spots = by_line_.find(place.line);
  if (spots == by_line_.end()) return answer;
  std::set<LoopIndex> loops;
  std::set<std::uint64_t> addresses;
  const Spot* first = nullptr;
  std::map<std::uint32_t, bool> named;  // whether the file may be meant
  const auto may_be_named = [&](std::uint32_t file) {
    const auto [entry, added] = named.try_emplace(file, false);
    if (added) entry->second = may_name_file(place.file, paths_[file]);
    return entry->second;
  };
  for (const Spot& spot : spots->second) {
    if (by_column && place.column != spot.column) continue;
    if (!may_be_named(spot.file)) continue;
    if (first == nullptr) first = &spot;
    if (spot.inlined_at != first->inlined_at || spot.file != first->file) {
      answer.ambiguous = true;
      return answer;
    }
    loops.insert(spot.loop->loop);
    addresses.insert(spot.address);
  }
  std::size_t whole = 0;  // loops that each do all the work of a loop of the source
  for (const LoopIndex loop : loops) {
    const auto is_inside = [&](LoopIndex other) { return inside(other, loop); };
    if (std::ranges::any_of(loops, is_inside)) continue;
    answer.loops.push_back(loop);
    whole += loops_[loop]->role == LoopRole::kOnly ? 1 : 0;
  }
  if (whole > 1 || (!by_column && answer.loops.size() < loops.size()))
    return {.ambiguous = true, .loops = {}, .addresses = {}, .place = {}};
  answer.addresses.assign(addresses.begin(), addresses.end());
  if (first == nullptr) return answer;
  answer.place = files_[first->file];
  answer.place.line = place.line;
  answer.place.column = place.column;
  return answer;
}

}  // namespace asmforge
