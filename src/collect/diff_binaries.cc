#include "collect/diff_binaries.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "base/parallel.h"
#include "collect/callee_returns.h"
#include "collect/decoded_names.h"
#include "collect/match_functions.h"
#include "collect/stream.h"
#include "graph/diff_alignment.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

std::string shown_name(const FunctionEntry& entry) {
  return entry.name.empty() ? fmt::format("sub_{:x}", entry.address) : demangle(entry.name);
}

FunctionExtent extent_of(const Function& function) {
  return {function.entry_index, function.address, function.size, function.insns.size()};
}

// What one thread needs to look at both builds.
struct Worker {
  FunctionAnalyser before_analyser;
  FunctionAnalyser after_analyser;
  DecodedNames before_names;
  DecodedNames after_names;
  BinaryDiff result;

  Worker(const Binary& before, const std::shared_ptr<ReturnMemo>& before_memo, const Binary& after,
         const std::shared_ptr<ReturnMemo>& after_memo)
      : before_analyser(before, before_memo),
        after_analyser(after, after_memo),
        before_names(before, before_analyser.decoder()),
        after_names(after, after_analyser.decoder()) {}
};

class BinaryDiffer {
 public:
  BinaryDiffer(const Binary& before, const Binary& after, const BinaryDiffOptions& options)
      : before_(before),
        after_(after),
        options_(options),
        threads_(options.threads != 0 ? options.threads : available_threads()) {
    const auto before_memo = std::make_shared<ReturnMemo>(before);
    const auto after_memo = std::make_shared<ReturnMemo>(after);
    for (unsigned i = 0; i < threads_; ++i)
      workers_.push_back(std::make_unique<Worker>(before, before_memo, after, after_memo));
  }

  // Adds to `diff`.
  void run(BinaryDiff& diff) {
    const FunctionMatches matches = match_functions(before_, after_, threads_);
    for_each(matches.pairs.size(),
             [&](Worker& worker, std::size_t i) { diff_pair(worker, matches.pairs[i]); });
    for_each(matches.only_before.size(), [&](Worker& worker, std::size_t i) {
      add_lone(worker, matches.only_before[i], before_, worker.before_analyser, worker.before_names,
               worker.result.only_before, worker.result.before);
    });
    for_each(matches.only_after.size(), [&](Worker& worker, std::size_t i) {
      add_lone(worker, matches.only_after[i], after_, worker.after_analyser, worker.after_names,
               worker.result.only_after, worker.result.after);
    });
    merge(diff);
  }

 private:
  template <class Work>
  void for_each(std::size_t items, Work work) {
    parallel_for(items, threads_, [&](unsigned worker, std::size_t item) {
      if (options_.should_stop && options_.should_stop()) return;
      work(*workers_[worker], item);
      if (options_.advance) options_.advance();
    });
  }

  void diff_pair(Worker& worker, const FunctionPair& pair) {
    const FunctionView before = worker.before_analyser.analyse(pair.before);
    const FunctionView after = worker.after_analyser.analyse(pair.after);
    const DiffSide before_side = {before.function, before.cfg, before_, worker.before_names};
    const DiffSide after_side = {after.function, after.cfg, after_, worker.after_names};
    const AsmDiff diff = diff_functions(before_side, after_side, options_.diff);
    BinaryDiff& result = worker.result;
    result.before += diff.before;
    result.after += diff.after;
    const std::uint64_t worst = std::uint64_t{kPenaltyInsertedOrDeleted} *
                                std::max(diff.before.of(CountedClass::kInstructions),
                                         diff.after.of(CountedClass::kInstructions));
    result.penalty += std::min(diff.penalty, worst);
    result.worst_penalty += worst;
    if (diff.same()) {
      ++result.same_functions;
      return;
    }
    const FunctionEntry& entry = before_.functions[pair.before];
    FunctionChange change;
    change.member = before_.member;
    change.name = entry.name;
    change.demangled = shown_name(entry);
    change.how = pair.how;
    change.before = extent_of(before.function);
    change.after = extent_of(after.function);
    change.similarity = diff.similarity;
    change.penalty = diff.penalty;
    change.differing_rows = diff.differing_rows;
    change.share = share_of(options_.counts_are_of_after ? after.function : before.function);
    result.changed.push_back(std::move(change));
  }

  void add_lone(Worker& worker, std::uint32_t index, const Binary& binary,
                FunctionAnalyser& analyser, DecodedNames& names, std::vector<LoneFunction>& list,
                ClassCounts& counts) {
    const FunctionView view = analyser.analyse(index);
    const FunctionEntry& entry = binary.functions[index];
    LoneFunction lone;
    lone.member = binary.member;
    lone.name = entry.name;
    lone.demangled = shown_name(entry);
    lone.extent = extent_of(view.function);
    const bool profiled = (&binary == &after_) == options_.counts_are_of_after;
    if (profiled) lone.share = share_of(view.function);
    const DiffSide side = {view.function, view.cfg, binary, names};
    for (const std::uint32_t i : make_sequence_without_keys(side).insns) {
      counts.add(view.function.insns[i]);
      worker.result.penalty += kPenaltyInsertedOrDeleted;
      worker.result.worst_penalty += kPenaltyInsertedOrDeleted;
    }
    list.push_back(std::move(lone));
  }

  [[nodiscard]] std::optional<double> share_of(const Function& function) const {
    if (options_.counts == nullptr || options_.profile->total == 0) return std::nullopt;
    std::uint64_t count = 0;
    for (const AddressRange& part : function.parts) count += count_in(*options_.counts, part);
    return static_cast<double>(count) / static_cast<double>(options_.profile->total);
  }

  void merge(BinaryDiff& diff) {
    const auto take = [](auto& into, auto& from) {
      std::ranges::move(from, std::back_inserter(into));
    };
    for (const auto& worker : workers_) {
      BinaryDiff& part = worker->result;
      take(diff.changed, part.changed);
      take(diff.only_before, part.only_before);
      take(diff.only_after, part.only_after);
      diff.same_functions += part.same_functions;
      diff.before += part.before;
      diff.after += part.after;
      diff.penalty += part.penalty;
      diff.worst_penalty += part.worst_penalty;
    }
  }

  const Binary& before_;
  const Binary& after_;
  const BinaryDiffOptions& options_;
  unsigned threads_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

void rank(BinaryDiff& diff) {
  std::ranges::sort(diff.changed, [](const FunctionChange& x, const FunctionChange& y) {
    if (x.share.value_or(0) != y.share.value_or(0))
      return x.share.value_or(0) > y.share.value_or(0);
    if (x.penalty != y.penalty) return x.penalty > y.penalty;
    return std::tie(x.member, x.before.address) < std::tie(y.member, y.before.address);
  });
  for (std::vector<LoneFunction>* list : {&diff.only_before, &diff.only_after}) {
    std::ranges::sort(*list, [](const LoneFunction& x, const LoneFunction& y) {
      if (x.share.value_or(0) != y.share.value_or(0))
        return x.share.value_or(0) > y.share.value_or(0);
      if (x.extent.size != y.extent.size) return x.extent.size > y.extent.size;
      return std::tie(x.member, x.extent.address) < std::tie(y.member, y.extent.address);
    });
  }
}

}  // namespace

BinaryDiff diff_binaries(std::span<const Binary> before, std::span<const Binary> after,
                         const BinaryDiffOptions& options) {
  BinaryDiff diff;
  const Binary nothing;
  std::vector<bool> taken(after.size(), false);
  const bool archive = before.size() != 1 || after.size() != 1;
  for (const Binary& b : before) {
    std::size_t partner = 0;
    while (partner < after.size() &&
           (taken[partner] || (archive && after[partner].member != b.member)))
      ++partner;
    if (partner < after.size()) taken[partner] = true;
    BinaryDiffer(b, partner < after.size() ? after[partner] : nothing, options).run(diff);
  }
  for (std::size_t a = 0; a < after.size(); ++a) {
    if (!taken[a]) BinaryDiffer(nothing, after[a], options).run(diff);
  }
  rank(diff);
  if (diff.worst_penalty != 0)
    diff.similarity =
        1.0 - static_cast<double>(diff.penalty) / static_cast<double>(diff.worst_penalty);
  return diff;
}

}  // namespace asmforge
