#include "audit/remark_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "audit/loop_places.h"
#include "audit/remark_table.h"
#include "base/text.h"
#include "collect/remarks/remark_files.h"
#include "collect/source_lines.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostQuoted = 6;  // remarks of one finding
constexpr std::size_t kMostKept = 100;  // different ones, until all are known
constexpr std::size_t kMostNotes = 3;   // files that are not readable, each in a note

// A function in which something was found.
struct Place {
  LoopPlaces loops;
  std::vector<Finding*> findings;
  std::string file;  // of the function itself
  // Those that have a remark of the pass about the function, whatever it says.
  std::map<std::string, std::set<std::size_t>> remark_files_by_pass;
};

// What one file said of findings, and how often.
struct Said {
  JoinedRemark remark;
  std::size_t rank = 0;
  std::size_t file = 0;
  std::uint64_t times = 0;
  bool joined = false;  // to one finding at least, after all was settled
};

using LoopsOf = std::map<std::uint32_t, std::vector<const LoopCode*>>;  // by function

LoopsOf loops_of(const AuditReport& report) {
  LoopsOf loops;
  for (const LoopCode& loop : report.loop_code) loops[loop.function_index].push_back(&loop);
  return loops;
}

// What it says, with the line of the store in "it is clobbered by store".
std::string message_of(const RawRemark& raw) {
  std::string message;
  for (const RawRemarkArgument& argument : raw.arguments) {
    append_text(argument.value, message);
    if (!raw.place || !argument.place || !equals(argument.key, "ClobberedBy")) continue;
    const std::string file = text_of(argument.place->file);
    message += file == text_of(raw.place->file)
                   ? fmt::format(" in line {}", argument.place->line)
                   : fmt::format(" in line {} of {}", argument.place->line, file);
  }
  return message;
}

class Join {
 public:
  explicit Join(std::span<const RemarkTarget> targets) : targets_(targets) {}

  // Nothing is joined to what has no source lines; why is in the report's notes already.
  void look_at_targets() {
    for (const RemarkTarget& target : targets_) look_at(target);
    for (const RemarkTarget& target : targets_) find_rivals(target);
  }

  void remark(const RawRemark& raw, std::size_t file) {
    switch (fate_of(raw, file)) {
      case Fate::kElsewhere: ++totals.elsewhere; break;
      case Fate::kAmbiguous: ++totals.ambiguous; break;
      case Fate::kJoined: break;  // counted when it is settled
    }
  }

  // Now that all is known of what was said.
  void settle() {
    for (auto& [finding, all] : said_of_) settle(*finding, *all.place, all.said);
    for (const auto& [key, said] : said_)
      (said->joined ? totals.joined : totals.ambiguous) += said->times;
  }

  RemarkTotals totals;

 private:
  enum class Fate : std::uint8_t { kElsewhere, kAmbiguous, kJoined };

  void look_at(const RemarkTarget& target) {
    const LoopsOf loops = loops_of(*target.report);
    if (!loops.empty() && !target.binary->has_debug_info)
      totals.notes.push_back(fmt::format(
          "{} has no source lines to join remarks by: build with -g or -gline-tables-only",
          printable(target.binary->path)));
    std::vector<std::uint64_t> addresses;
    for (const auto& [index, of_function] : loops) {
      addresses.push_back(target.binary->functions[index].address);
      for (const LoopCode* loop : of_function)
        addresses.insert(addresses.end(), loop->addresses.begin(), loop->addresses.end());
    }
    SourceLines lines(*target.binary);
    const Result<std::vector<SourceLocation>> located = lines.locate(addresses);
    if (!located) {
      totals.notes.push_back(located.error().what);
      return;
    }
    auto location = located->begin();
    for (const auto& [index, of_function] : loops) {
      auto place = std::make_unique<Place>(Place{LoopPlaces(of_function), {}, {}, {}});
      if (location->known()) place->file = whole_path(location->frames.back());
      ++location;
      for (const LoopCode* loop : of_function)
        for (const std::uint64_t address : loop->addresses)
          place->loops.add(*loop, address, *location++);
      for (Finding& finding : target.report->findings)
        if (finding.function_index == index) {
          place->findings.push_back(&finding);
          said_of_[&finding].place = place.get();
        }
      places_[std::string(target.binary->functions[index].name)].push_back(std::move(place));
    }
  }

  // Two files may each have a static function of one name: then only the file in which it
  // stands tells whose remark it is.
  void find_rivals(const RemarkTarget& target) {
    std::vector<std::uint64_t> addresses;
    std::vector<std::string_view> names;
    for (const FunctionEntry& function : target.binary->functions) {
      if (function.origin == FunctionOrigin::kPltStub || function.name.empty()) continue;
      if (places_.find(function.name) == places_.end()) continue;
      addresses.push_back(function.address);
      names.push_back(function.name);
    }
    SourceLines lines(*target.binary);
    const Result<std::vector<SourceLocation>> located = lines.locate(addresses);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool known = located && (*located)[i].known();
      files_of_[std::string(names[i])].push_back(known ? whole_path((*located)[i].frames.back())
                                                       : std::string());
    }
  }

  Fate fate_of(const RawRemark& raw, std::size_t file) {
    if (!raw.place) return Fate::kElsewhere;
    const bool as_it_stands = raw.function.style == ScalarStyle::kPlain && raw.function.single_line;
    if (!as_it_stands) function_ = text_of(raw.function);
    const auto found = places_.find(as_it_stands ? raw.function.raw : std::string_view(function_));
    if (found == places_.end()) return Fate::kElsewhere;
    const std::string pass = text_of(raw.pass);
    if (!is_of_quoted_pass(pass)) return Fate::kElsewhere;
    const std::string name = text_of(raw.name);
    const std::string file_name = text_of(raw.place->file);
    for (const std::unique_ptr<Place>& place : found->second)
      if (is_of_this(found->first, *place, file_name))
        place->remark_files_by_pass[pass].insert(file);
    std::string message = message_of(raw);
    const std::optional<RankedRow> row = row_of(raw.kind, pass, name, message);
    if (!row) return Fate::kElsewhere;
    const NamedPlace named{file_name, raw.place->line, raw.place->column};
    std::vector<Finding*> about;
    SourceFrame where;
    bool ambiguous = false;
    for (const std::unique_ptr<Place>& place : found->second) {
      LoopPlaces::Answer answer = place->loops.at(named);
      if (!answer.ambiguous && answer.loops.empty() && row->row.scope == RemarkScope::kLoop)
        answer = place->loops.on_line(named);
      if (!answer.ambiguous && answer.loops.empty()) continue;
      if (answer.ambiguous || !is_of_this(found->first, *place, file_name)) {
        ambiguous = true;
        continue;
      }
      for (Finding* finding : place->findings)
        if (is_about(*finding, row->row, answer)) about.push_back(finding);
      where = answer.place;
    }
    if (about.empty()) return ambiguous ? Fate::kAmbiguous : Fate::kElsewhere;
    say(found->first, about,
        {{raw.kind, pass, name, std::move(message), std::move(where)}, row->rank, file});
    return Fate::kJoined;
  }

  // One of several of that name is meant only if the remark's file is its own and no other's.
  [[nodiscard]] bool is_of_this(std::string_view function, const Place& place,
                                std::string_view file_name) const {
    const auto files = files_of_.find(function);
    if (files == files_of_.end() || files->second.size() < 2) return true;
    const auto named = std::ranges::count_if(files->second, [&](const std::string& path) {
      return path.empty() || may_name_file(file_name, path);
    });
    return named == 1 && may_name_file(file_name, place.file);
  }

  static bool is_about(const Finding& finding, const RemarkRow& row,
                       const LoopPlaces::Answer& answer) {
    if (finding.check == row.except) return false;
    if (std::ranges::find(answer.loops, finding.loop) == answer.loops.end()) return false;
    return row.scope != RemarkScope::kEvidence ||
           std::ranges::any_of(finding.evidence, [&](const Evidence& one) {
             return std::ranges::binary_search(answer.addresses, one.address);
           });
  }

  // The same once more costs a number.
  void say(const std::string& function, const std::vector<Finding*>& about, Said&& said) {
    const JoinedRemark& r = said.remark;
    std::string key =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", said.file, function, r.pass, r.name,
                    to_string(r.kind), r.place.file, r.place.line, r.place.column);
    key += r.message;
    auto known = said_.find(key);
    if (known == said_.end()) {
      auto fresh = std::make_unique<Said>(std::move(said));
      bool kept = false;
      for (Finding* finding : about) {
        std::vector<Said*>& all = said_of_[finding].said;
        if (all.size() == kMostKept) continue;
        all.push_back(fresh.get());
        kept = true;
      }
      // Far more than is quoted was said of these already.
      if (!kept) {
        ++totals.joined;
        return;
      }
      known = said_.emplace(std::move(key), std::move(fresh)).first;
    }
    ++known->second->times;
  }

  static void settle(Finding& finding, const Place& place, std::vector<Said*>& said) {
    drop_if_several_loops(said);
    drop_if_files_differ(place, said);
    for (Said* one : said) one->joined = true;
    std::ranges::sort(said, {}, [](const Said* s) {
      const SourceFrame& where = s->remark.place;
      return std::tie(s->rank, where.line, where.column, s->remark.message);
    });
    for (const Said* one : said) {
      const JoinedRemark& remark = one->remark;
      if (says_more(said, remark) || is_quoted(finding, remark)) continue;
      if (finding.remarks.size() < kMostQuoted)
        finding.remarks.push_back(remark);
      else
        ++finding.remarks_left_out;
    }
  }

  // "loop not vectorized" stands at where a loop begins. Two such places in one loop of the
  // program are those of a loop and of one that was in it and is gone: which of the two the
  // instructions are is not known.
  static void drop_if_several_loops(std::vector<Said*>& said) {
    const auto is_of_loop = [](const Said* s) { return s->remark.pass == "loop-vectorize"; };
    std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t>> starts;
    for (const Said* s : said)
      if (is_of_loop(s) && s->remark.name == "MissedDetails")
        starts.emplace(s->remark.place.file, s->remark.place.line, s->remark.place.column);
    if (starts.size() > 1) std::erase_if(said, is_of_loop);
  }

  // A function of a header is compiled with each file that includes it, and perhaps not alike;
  // which of them was linked nothing says.
  static void drop_if_files_differ(const Place& place, std::vector<Said*>& said) {
    std::map<std::string, std::map<std::size_t, std::set<std::string>>> by_pass;
    for (const auto& [pass, files] : place.remark_files_by_pass)
      for (const std::size_t file : files) by_pass[pass][file] = {};
    for (const Said* s : said)
      by_pass[s->remark.pass][s->file].insert(
          fmt::format("{}:{} {}", s->remark.place.line, s->remark.place.column, s->remark.message));
    std::erase_if(said, [&](const Said* s) {
      const auto& by_file = by_pass[s->remark.pass];
      return std::ranges::any_of(by_file, [&](const auto& file_and_texts) {
        return file_and_texts.second != by_file.begin()->second;
      });
    });
  }

  // Of another instruction, or by another file, in the same words.
  static bool is_quoted(const Finding& finding, const JoinedRemark& remark) {
    return std::ranges::any_of(finding.remarks, [&](const JoinedRemark& other) {
      return other.pass == remark.pass && other.message == remark.message;
    });
  }

  // Of "loop not vectorized" and "loop not vectorized: cannot identify array bounds" the
  // second.
  static bool says_more(const std::vector<Said*>& said, const JoinedRemark& than) {
    return std::ranges::any_of(said, [&](const Said* s) {
      return s->remark.pass == than.pass && s->remark.message.size() > than.message.size() &&
             s->remark.message.starts_with(than.message);
    });
  }

  std::span<const RemarkTarget> targets_;
  std::map<std::string, std::vector<std::unique_ptr<Place>>, std::less<>> places_;
  std::map<std::string, std::vector<std::string>, std::less<>> files_of_;
  std::map<std::string, std::unique_ptr<Said>> said_;  // by all that it says, and in which file
  struct SaidOf {
    const Place* place = nullptr;
    std::vector<Said*> said;
  };
  std::map<Finding*, SaidOf> said_of_;
  std::string function_;
};

void note_unreadable(const std::string& path, const RemarkCounts& counts, RemarkTotals& totals) {
  totals.unreadable += counts.unreadable;
  if (counts.unreadable == 0 || totals.notes.size() >= kMostNotes) return;
  totals.notes.push_back(fmt::format(
      "{} of {} remarks of {} could not be read, the first at line {}: {}",
      with_separators(counts.unreadable), with_separators(counts.remarks + counts.unreadable),
      printable(path), with_separators(counts.first_unreadable_line), counts.first_reason));
}

}  // namespace

Result<Done> join_remarks(std::span<const RemarkTarget> targets,
                          const std::vector<std::string>& paths,
                          const std::function<bool()>& should_stop) {
  AF_CHECK(!targets.empty());
  AF_TRY(const std::vector<std::string> files, find_remark_files(paths));
  Join join(targets);
  join.look_at_targets();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Result<RemarkCounts> counts = read_remark_file(
        files[i], [&](const RawRemark& remark) { join.remark(remark, i); }, should_stop);
    if (should_stop && should_stop()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
    if (!counts) {
      // One of a folder's files costs that file, one that was named must be right.
      if (std::ranges::find(paths, files[i]) != paths.end()) return counts.error();
      ++join.totals.unreadable;
      if (join.totals.notes.size() < kMostNotes) join.totals.notes.push_back(counts.error().what);
      continue;
    }
    ++join.totals.files;
    note_unreadable(files[i], *counts, join.totals);
  }
  join.settle();
  targets.front().report->remarks = std::move(join.totals);
  return Done{};
}

}  // namespace asmforge
