#include "cli/select_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "base/parallel.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/function_names.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

constexpr std::size_t kMostListed = 20;
constexpr std::size_t kMostSuggested = 5;

template <class Number>
std::optional<Number> parse_whole(std::string_view text, int base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_address(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return std::nullopt;
  return parse_whole<std::uint64_t>(text.substr(2), 16);
}

constexpr std::string_view kNameless = "sub_";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// "sub_401000": the address of a function without a name.
std::optional<std::uint64_t> parse_nameless(std::string_view text) {
  if (!text.starts_with(kNameless)) return std::nullopt;
  const std::string_view digits = text.substr(kNameless.size());
  if (digits.find_first_not_of(kHexDigits) != digits.npos) return std::nullopt;
  return parse_whole<std::uint64_t>(digits, 16);
}

// Whether "sub_401000" could have `part` in it: "b_40", "add".
bool may_be_in_nameless(std::string_view part) {
  for (std::size_t skipped = 0; skipped <= kNameless.size(); ++skipped) {
    const std::string_view front = kNameless.substr(skipped);
    if (front.starts_with(part)) return true;
    if (part.starts_with(front) && part.find_first_not_of(kHexDigits, front.size()) == part.npos)
      return true;
  }
  return false;
}

std::uint64_t size_of(std::span<const Binary> binaries, FunctionRef ref) {
  return binaries[ref.binary].functions[ref.function].size;
}

std::uint32_t index_in(const Binary& binary, const FunctionEntry* entry) {
  return static_cast<std::uint32_t>(entry - binary.functions.data());
}

// "     12      512 B  parse_header(std::string const&)" for each.
std::string listed(std::span<const Binary> binaries, const std::vector<FunctionMatch>& matches,
                   std::size_t most) {
  std::string text = fmt::format("\n{:>8}  {:>9}  function", "no.", "size");
  for (std::size_t i = 0; i < std::min(matches.size(), most); ++i) {
    const FunctionMatch& match = matches[i];
    text += fmt::format("\n{:>8}  {:>9}  {}", number_of(binaries, match.ref),
                        human_bytes(size_of(binaries, match.ref)), printable(match.name));
  }
  if (matches.size() > most) text += fmt::format("\n     and {} more", matches.size() - most);
  return text;
}

Error ambiguous(std::span<const Binary> binaries, std::string_view wanted,
                const std::vector<FunctionMatch>& matches) {
  return Error{
      ErrorCode::kAmbiguous,
      fmt::format("{}: '{}' fits {} functions; give the number of one, or more of its name",
                  binaries.front().path, printable(wanted), matches.size()),
      listed(binaries, matches, kMostListed)};
}

// Functions whose name is spelled nearly like `wanted`.
std::vector<FunctionMatch> spelled_alike(std::span<const Binary> binaries,
                                         std::string_view wanted) {
  const auto limit = static_cast<unsigned>(std::max<std::size_t>(1, wanted.size() / 3)) * 2;
  std::vector<std::pair<unsigned, FunctionMatch>> ranked;
  for (std::size_t b = 0; b < binaries.size(); ++b) {
    for (std::uint32_t f = 0; f < binaries[b].functions.size(); ++f) {
      if (binaries[b].functions[f].name.empty()) continue;
      std::string name = display_name(binaries[b], f);
      const unsigned distance = std::min(edit_distance(last_part(wanted), last_part(name), limit),
                                         edit_distance(wanted, whole_name(name), limit));
      if (distance <= limit)
        ranked.push_back({distance, {{b, f}, NameMatch::kPart, std::move(name)}});
    }
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first, a.second.ref.binary, a.second.ref.function) <
           std::tuple(b.first, b.second.ref.binary, b.second.ref.function);
  });
  std::vector<FunctionMatch> matches;
  for (auto& [distance, match] : ranked) {
    if (matches.size() == kMostSuggested) break;
    matches.push_back(std::move(match));
  }
  return matches;
}

Error not_found(std::span<const Binary> binaries, std::string_view wanted) {
  const std::vector<FunctionMatch> alike = spelled_alike(binaries, wanted);
  const std::string what =
      fmt::format("{}: no function '{}'", binaries.front().path, printable(wanted));
  if (alike.empty())
    return Error{ErrorCode::kNotFound, what,
                 fmt::format("try asmforge list {}", binaries.front().path)};
  return Error{ErrorCode::kNotFound, what + "; did you mean one of these?",
               listed(binaries, alike, kMostSuggested)};
}

Result<FunctionRef> select_number(std::span<const Binary> binaries, std::uint32_t number) {
  std::uint32_t rest = number;
  for (std::size_t b = 0; b < binaries.size(); ++b) {
    if (rest < binaries[b].functions.size()) return FunctionRef{b, rest};
    rest -= static_cast<std::uint32_t>(binaries[b].functions.size());
  }
  return Error{ErrorCode::kNotFound,
               fmt::format("{}: no function number {}; there are {}", binaries.front().path, number,
                           number - rest),
               fmt::format("try asmforge list {}", binaries.front().path)};
}

Result<FunctionRef> select_address(std::span<const Binary> binaries, std::uint64_t address) {
  std::vector<FunctionMatch> matches;
  for (std::size_t b = 0; b < binaries.size(); ++b) {
    const FunctionEntry* entry = binaries[b].function_containing(address);
    if (entry == nullptr) continue;
    const std::uint32_t index = index_in(binaries[b], entry);
    matches.push_back({{b, index}, NameMatch::kSymbol, display_name(binaries[b], index)});
  }
  if (matches.size() == 1) return matches.front().ref;
  if (!matches.empty()) return ambiguous(binaries, fmt::format("{:#x}", address), matches);
  return Error{ErrorCode::kNotFound,
               fmt::format("{}: no function holds address {:#x}", binaries.front().path, address),
               fmt::format("try asmforge list {} --sort address", binaries.front().path)};
}

// Entries that a symbol of this very name stands for.
void add_symbols(const Binary& binary, std::size_t b, std::string_view wanted,
                 std::vector<FunctionMatch>& matches) {
  const auto add = [&](const FunctionEntry* entry) {
    if (entry == nullptr) return;
    const FunctionRef ref{b, index_in(binary, entry)};
    const auto same = [&](const FunctionMatch& m) { return m.ref == ref; };
    if (std::none_of(matches.begin(), matches.end(), same))
      matches.push_back({ref, NameMatch::kSymbol, {}});
  };
  for (const FunctionEntry& entry : binary.functions)
    if (entry.name == wanted) add(&entry);
  for (const Symbol& symbol : binary.symbols)
    if (symbol.name == wanted) add(binary.function_at(symbol.address));
}

std::optional<NameMatch> compare(std::string_view demangled, std::string_view symbol,
                                 std::string_view wanted) {
  if (demangled == wanted) return NameMatch::kDemangled;
  if (demangled.find(wanted) == demangled.npos)
    return symbol.find(wanted) == symbol.npos ? std::nullopt : std::optional(NameMatch::kPart);
  if (whole_name(demangled) == wanted) return NameMatch::kWholeName;
  if (last_part(demangled) == wanted) return NameMatch::kLastPart;
  return NameMatch::kPart;
}

// One that fits better than a mere part of its name, and better than all others.
bool first_is_sure(const std::vector<FunctionMatch>& matches) {
  return matches.front().how != NameMatch::kPart &&
         (matches.size() == 1 || matches[1].how != matches.front().how);
}

}  // namespace

std::uint32_t number_of(std::span<const Binary> binaries, FunctionRef ref) {
  std::size_t number = ref.function;
  for (std::size_t b = 0; b < ref.binary; ++b) number += binaries[b].functions.size();
  return static_cast<std::uint32_t>(number);
}

std::string display_name(const Binary& binary, std::uint32_t function) {
  const FunctionEntry& entry = binary.functions[function];
  return entry.name.empty() ? fmt::format("{}{:x}", kNameless, entry.address)
                            : demangle(entry.name);
}

std::vector<FunctionMatch> find_by_name(std::span<const Binary> binaries, std::string_view wanted) {
  const std::vector<std::string_view> words = words_in_mangled(wanted);
  std::vector<FunctionMatch> matches;
  for (std::size_t b = 0; b < binaries.size(); ++b) {
    const Binary& binary = binaries[b];
    const std::size_t first = matches.size();
    add_symbols(binary, b, wanted, matches);
    const std::size_t symbols = matches.size();
    const unsigned threads = available_threads();
    std::vector<std::vector<FunctionMatch>> found(threads);
    parallel_for(binary.functions.size(), threads, [&](unsigned worker, std::size_t f) {
      const FunctionEntry& entry = binary.functions[f];
      const FunctionRef ref{b, static_cast<std::uint32_t>(f)};
      if (!entry.name.empty() && !has_all_words(entry.name, words)) return;
      std::string name = display_name(binary, ref.function);
      if (const std::optional<NameMatch> how = compare(name, entry.name, wanted))
        found[worker].push_back({ref, *how, std::move(name)});
    });
    const auto is_symbol = [&](const FunctionMatch& match) {
      return std::any_of(matches.begin() + static_cast<std::ptrdiff_t>(first),
                         matches.begin() + static_cast<std::ptrdiff_t>(symbols),
                         [&](const FunctionMatch& m) { return m.ref == match.ref; });
    };
    for (std::vector<FunctionMatch>& part : found)
      for (FunctionMatch& match : part)
        if (!is_symbol(match)) matches.push_back(std::move(match));
    for (std::size_t i = first; i < symbols; ++i)
      matches[i].name = display_name(binary, matches[i].ref.function);
  }
  std::sort(matches.begin(), matches.end(), [&](const FunctionMatch& a, const FunctionMatch& b) {
    return std::tuple(a.how, size_of(binaries, b.ref), a.ref.binary, a.ref.function) <
           std::tuple(b.how, size_of(binaries, a.ref), b.ref.binary, b.ref.function);
  });
  return matches;
}

Result<FunctionRef> select_function(std::span<const Binary> binaries, std::string_view wanted) {
  if (const auto address = parse_address(wanted)) return select_address(binaries, *address);
  if (const auto number = parse_whole<std::uint32_t>(wanted, 10))
    return select_number(binaries, *number);
  if (wanted.empty()) return Error{ErrorCode::kUsage, "the function's name is empty", ""};
  const std::vector<FunctionMatch> matches = find_by_name(binaries, wanted);
  if (matches.empty()) return not_found(binaries, wanted);
  if (matches.size() == 1 || first_is_sure(matches)) return matches.front().ref;
  return ambiguous(binaries, wanted, matches);
}

Result<FunctionPlace> select_in_symbols(std::span<const Binary> binaries, std::string_view wanted) {
  const Error unknown{ErrorCode::kNotFound, "all functions must be known", ""};
  if (const auto address = parse_address(wanted)) {
    // Members of an archive share addresses.
    if (binaries.size() == 1) return FunctionPlace{0, *address};
    return unknown;
  }
  if (wanted.empty() || parse_whole<std::uint32_t>(wanted, 10)) return unknown;
  std::vector<FunctionMatch> matches;
  for (std::size_t b = 0; b < binaries.size(); ++b) add_symbols(binaries[b], b, wanted, matches);
  if (matches.empty()) {
    if (const auto address = parse_nameless(wanted); address && binaries.size() == 1)
      return FunctionPlace{0, *address, true};
    matches = find_by_name(binaries, wanted);
  }
  if (matches.empty()) return unknown;
  const bool one = matches.size() == 1 &&
                   (matches.front().how != NameMatch::kPart || !may_be_in_nameless(wanted));
  if (!one && !first_is_sure(matches)) return unknown;
  const FunctionRef ref = matches.front().ref;
  return FunctionPlace{ref.binary, binaries[ref.binary].functions[ref.function].address};
}

}  // namespace asmforge
