#include "collect/match_functions.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "base/parallel.h"
#include "collect/decoded_names.h"
#include "collect/stream.h"
#include "graph/diff_alignment.h"

namespace asmforge {
namespace {

class FunctionMatcher {
 public:
  FunctionMatcher(const Binary& before, const Binary& after, unsigned threads)
      : before_(before),
        after_(after),
        threads_(threads),
        partner_(before.functions.size(), kNoIndex),
        taken_(after.functions.size(), false),
        how_(before.functions.size(), MatchedBy::kSymbol) {}

  FunctionMatches run() {
    pair_groups(MatchedBy::kSymbol, [](const FunctionEntry& entry) {
      return entry.name.empty() ? std::string() : key(entry, std::string(entry.name));
    });
    pair_groups(MatchedBy::kName, [](const FunctionEntry& entry) {
      const std::string name = canonical_function_name(entry.name);
      return name.empty() ? name : key(entry, name);
    });
    pair_by_content();
    pair_by_place();
    return result();
  }

 private:
  // A function and the stub that leads to it have one name and are two things.
  static std::string key(const FunctionEntry& entry, std::string name) {
    return entry.origin == FunctionOrigin::kPltStub ? name + "@plt" : name;
  }

  void pair(std::uint32_t before, std::uint32_t after, MatchedBy how) {
    partner_[before] = after;
    taken_[after] = true;
    how_[before] = how;
  }

  template <class Key>
  static std::unordered_map<std::string, std::vector<std::uint32_t>> group(const Binary& binary,
                                                                           Key key_of,
                                                                           auto is_open) {
    std::unordered_map<std::string, std::vector<std::uint32_t>> groups;
    for (std::uint32_t i = 0; i < binary.functions.size(); ++i) {
      if (!is_open(i)) continue;
      const std::string name = key_of(binary.functions[i]);
      if (!name.empty()) groups[name].push_back(i);
    }
    return groups;
  }

  template <class Key>
  void pair_groups(MatchedBy how, Key key_of) {
    auto of_before =
        group(before_, key_of, [&](std::uint32_t i) { return partner_[i] == kNoIndex; });
    auto of_after = group(after_, key_of, [&](std::uint32_t i) { return !taken_[i]; });
    for (auto& [name, befores] : of_before) {
      const auto found = of_after.find(name);
      if (found == of_after.end()) continue;
      pair_group(befores, found->second, how);
    }
  }

  void pair_group(std::vector<std::uint32_t>& befores, std::vector<std::uint32_t>& afters,
                  MatchedBy how) {
    // Of several (static functions of different files), equal sizes first.
    if (befores.size() > 1 || afters.size() > 1) {
      for (const std::uint32_t b : befores) {
        const auto equal = std::ranges::find_if(afters, [&](std::uint32_t a) {
          return !taken_[a] && after_.functions[a].size == before_.functions[b].size;
        });
        if (equal != afters.end()) pair(b, *equal, how);
      }
    }
    auto a = afters.begin();
    for (const std::uint32_t b : befores) {
      if (partner_[b] != kNoIndex) continue;
      while (a != afters.end() && taken_[*a]) ++a;
      if (a == afters.end()) return;
      pair(b, *a, how);
    }
  }

  // What the instructions say without registers and addresses, of functions that
  // are not paired yet.
  template <class IsOpen>
  std::map<std::uint64_t, std::vector<std::uint32_t>> contents(const Binary& binary,
                                                               IsOpen is_open) const {
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < binary.functions.size(); ++i) {
      if (is_open(i)) wanted.push_back(i);
    }
    std::map<std::uint64_t, std::vector<std::uint32_t>> functions_of;
    if (wanted.empty()) return functions_of;
    std::vector<std::uint64_t> keys(wanted.size());
    std::vector<FunctionAnalyser> analysers;
    for (unsigned i = 0; i < threads_; ++i) analysers.emplace_back(binary);
    parallel_for(wanted.size(), threads_, [&](unsigned worker, std::size_t item) {
      const FunctionView view = analysers[worker].analyse(wanted[item]);
      DecodedNames names(binary, view.decoder);
      const DiffSide side = {view.function, view.cfg, binary, names};
      keys[item] = content_key(make_sequence(side, KeyNames::kImports));
    });
    for (std::size_t i = 0; i < wanted.size(); ++i) functions_of[keys[i]].push_back(wanted[i]);
    return functions_of;
  }

  [[nodiscard]] bool nameless(std::uint32_t before, std::uint32_t after) const {
    return before_.functions[before].name.empty() || after_.functions[after].name.empty();
  }
  static bool has_nameless(const Binary& binary) {
    return std::ranges::any_of(binary.functions,
                               [](const FunctionEntry& entry) { return entry.name.empty(); });
  }

  void pair_by_content() {
    if (!has_nameless(before_) && !has_nameless(after_)) return;
    const auto of_before =
        contents(before_, [&](std::uint32_t i) { return partner_[i] == kNoIndex; });
    const auto of_after = contents(after_, [&](std::uint32_t i) { return !taken_[i]; });
    for (const auto& [content, befores] : of_before) {
      const auto found = of_after.find(content);
      if (found == of_after.end() || befores.size() != 1 || found->second.size() != 1) continue;
      if (nameless(befores.front(), found->second.front()))
        pair(befores.front(), found->second.front(), MatchedBy::kContent);
    }
  }

  // Compilers and linkers keep the order of functions, so as many nameless ones
  // between two neighbours that were recognised are probably the same ones.
  void pair_by_place() {
    std::uint32_t before_begin = 0;
    std::uint32_t after_begin = 0;
    const auto before_size = static_cast<std::uint32_t>(before_.functions.size());
    const auto after_size = static_cast<std::uint32_t>(after_.functions.size());
    for (std::uint32_t b = 0; b <= before_size; ++b) {
      const std::uint32_t a = b == before_size ? after_size : partner_[b];
      if (a == kNoIndex) continue;
      if (a >= after_begin && a - after_begin == b - before_begin)
        pair_gap(before_begin, after_begin, b);
      before_begin = b + 1;
      after_begin = a + 1;
    }
  }

  void pair_gap(std::uint32_t b, std::uint32_t a, std::uint32_t before_end) {
    for (std::uint32_t i = 0; b + i < before_end; ++i) {
      if (!nameless(b + i, a + i) || taken_[a + i]) return;
    }
    for (std::uint32_t i = 0; b + i < before_end; ++i) pair(b + i, a + i, MatchedBy::kPlace);
  }

  FunctionMatches result() {
    FunctionMatches matches;
    for (std::uint32_t b = 0; b < partner_.size(); ++b) {
      if (partner_[b] == kNoIndex)
        matches.only_before.push_back(b);
      else
        matches.pairs.push_back({b, partner_[b], how_[b]});
    }
    for (std::uint32_t a = 0; a < taken_.size(); ++a) {
      if (!taken_[a]) matches.only_after.push_back(a);
    }
    return matches;
  }

  const Binary& before_;
  const Binary& after_;
  unsigned threads_;
  std::vector<std::uint32_t> partner_;
  std::vector<bool> taken_;
  std::vector<MatchedBy> how_;
};

}  // namespace

FunctionMatches match_functions(const Binary& before, const Binary& after, unsigned threads) {
  return FunctionMatcher(before, after, threads).run();
}

}  // namespace asmforge
