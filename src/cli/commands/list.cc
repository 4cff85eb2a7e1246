// `asmforge list FILE`: its functions, with what is known of each in numbers.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <tuple>

#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/values.h"
#include "collect/stream.h"
#include "report/writers/function_list.h"

namespace asmforge::commands {
namespace {

constexpr std::size_t kShownByDefault = 40;

struct Options {
  InputOptions input;
  OutputOptions output;
  std::string sort;  // empty: share with a profile, otherwise size
  std::string filter;
  std::optional<std::size_t> limit;
};

// What each function is sorted by; the larger goes first.
using Key = double (*)(const FunctionSummary&);
struct SortKey {
  std::string_view name;
  Key key;
};
constexpr SortKey kSortKeys[] = {
    {"size", [](const FunctionSummary& f) { return static_cast<double>(f.size); }},
    {"instructions", [](const FunctionSummary& f) { return static_cast<double>(f.instructions); }},
    {"loops", [](const FunctionSummary& f) { return static_cast<double>(f.loops); }},
    {"calls", [](const FunctionSummary& f) { return static_cast<double>(f.calls); }},
    {"share", [](const FunctionSummary& f) { return f.share.value_or(-1); }},
    {"address", [](const FunctionSummary& f) { return -static_cast<double>(f.address); }},
    {"name", nullptr},
};

FunctionSummary summarise(const FunctionView& view, const ProfileModule* counts, double total) {
  const Function& f = view.function;
  FunctionSummary row;
  row.index = f.entry_index;
  row.address = f.address;
  row.size = f.size;
  row.name = view.binary.functions[f.entry_index].name;
  row.origin = view.binary.functions[f.entry_index].origin;
  row.instructions = static_cast<std::uint32_t>(f.insns.size());
  row.loops = static_cast<std::uint32_t>(view.loops.loops.size());
  row.deepest_loop = view.loops.deepest();
  for (const Insn& insn : f.insns) row.calls += insn.is(InsnClass::kCall) ? 1 : 0;
  for (const Block& block : view.cfg.blocks)
    row.calls += block.exit == BlockExit::kTailCall ? 1 : 0;
  row.unresolved_jumps = view.cfg.unresolved_jumps;
  for (const AddressRange& gap : f.not_decoded)
    row.undecoded_bytes += static_cast<std::uint32_t>(gap.size());
  if (counts != nullptr) {
    std::uint64_t count = 0;
    for (const AddressRange& part : f.parts) count += count_in(*counts, part);
    row.share = total > 0 ? static_cast<double>(count) / total : 0;
  }
  return row;
}

std::vector<FunctionSummary> summarise_all(const Binary& binary, const ProfileModule* counts,
                                           double total, Progress& progress) {
  std::vector<FunctionSummary> rows(binary.functions.size());
  StreamOptions options;
  options.should_stop = interrupted;
  for_each_function(binary, options, [&](unsigned, const FunctionView& view) {
    rows[view.function.entry_index] = summarise(view, counts, total);
    progress.advance();
  });
  return rows;
}

// Bytes of the executable sections, and how many of them are in no function.
// Functions may overlap (entries into the middle of another): a byte counts once.
void count_code(const Binary& binary, FunctionList& list) {
  std::vector<AddressRange> covered;
  covered.reserve(binary.functions.size() + binary.cold_parts.size());
  for (const FunctionEntry& entry : binary.functions)
    covered.push_back({entry.address, entry.address + entry.size});
  for (const ColdPart& part : binary.cold_parts) covered.push_back(part.range);
  std::sort(covered.begin(), covered.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
  for (const Section& section : binary.sections) {
    if (!section.executable) continue;
    list.code_bytes += section.size;
    std::uint64_t at = section.address;
    const std::uint64_t end = section.address + section.size;
    for (const AddressRange& range : covered) {
      const std::uint64_t begin = std::clamp(range.begin, at, end);
      list.bytes_in_no_function += begin - at;
      at = std::max(at, std::clamp(range.end, begin, end));
    }
    list.bytes_in_no_function += end - at;
  }
}

bool matches(const Binary& binary, const FunctionSummary& row, const std::string& filter) {
  if (filter.empty() || row.name.find(filter) != row.name.npos) return true;
  return display_name(binary, row.index).find(filter) != std::string::npos;
}

void sort_rows(std::vector<FunctionSummary>& rows, const Binary& binary, std::string_view by) {
  const auto* key = std::find_if(std::begin(kSortKeys), std::end(kSortKeys),
                                 [&](const SortKey& k) { return k.name == by; });
  if (key->key != nullptr) {
    std::sort(rows.begin(), rows.end(), [&](const FunctionSummary& a, const FunctionSummary& b) {
      return std::tuple(key->key(b), a.index) < std::tuple(key->key(a), b.index);
    });
    return;
  }
  std::vector<std::pair<std::string, std::size_t>> names;
  names.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    names.emplace_back(display_name(binary, rows[i].index), i);
  std::sort(names.begin(), names.end());
  std::vector<FunctionSummary> sorted;
  sorted.reserve(rows.size());
  for (const auto& [name, i] : names) sorted.push_back(rows[i]);
  rows = std::move(sorted);
}

Result<FunctionList> make_list(const Options& options, const Inputs& inputs, std::size_t member,
                               Progress& progress) {
  const Binary& binary = inputs.binaries[member];
  AF_TRY(const ProfileModule* counts, counts_for(inputs, binary));
  const double total = inputs.profile ? static_cast<double>(inputs.profile->total) : 0;
  FunctionList list;
  list.binary = &binary;
  list.first_number = number_of(inputs.binaries, {member, 0});
  list.has_profile = counts != nullptr;
  list.filtered = !options.filter.empty();
  count_code(binary, list);
  list.notes = binary.notes;
  list.demangled = [&binary](const FunctionSummary& row) {
    return display_name(binary, row.index);
  };
  list.rows = summarise_all(binary, counts, total, progress);
  if (interrupted()) return Error{ErrorCode::kInterrupted, "interrupted", ""};
  for (const FunctionSummary& row : list.rows) list.total.add(row);
  if (list.filtered)
    std::erase_if(list.rows, [&](const FunctionSummary& row) {
      return !matches(binary, row, options.filter);
    });
  for (const FunctionSummary& row : list.rows) list.chosen.add(row);
  const std::string by_default = list.has_profile ? "share" : "size";
  sort_rows(list.rows, binary, options.sort.empty() ? by_default : options.sort);
  // JSON is for programs: all of it unless told otherwise.
  const std::size_t limit = options.limit.value_or(options.output.json ? 0 : kShownByDefault);
  if (limit != 0 && list.rows.size() > limit) list.rows.resize(limit);
  return list;
}

Result<int> run(const Options& options, Session& session) {
  AF_TRY(const Inputs inputs, open_inputs({options.input, options.output, session}));
  if (options.sort == "share" && !inputs.profile)
    return Error{ErrorCode::kUsage, "list: --sort share needs a profile", "try --profile FILE"};
  std::uint64_t functions = 0;
  for (const Binary& binary : inputs.binaries) functions += binary.functions.size();
  Progress progress("functions", functions, session.err);
  std::vector<FunctionList> lists;
  for (std::size_t member = 0; member < inputs.binaries.size(); ++member) {
    AF_TRY(FunctionList list, make_list(options, inputs, member, progress));
    lists.push_back(std::move(list));
  }
  progress.finish();
  AF_TRY([[maybe_unused]] const Done done, check_inputs_unchanged(inputs));
  if (options.output.json) {
    write_function_list_json(lists, session.out);
    return 0;
  }
  write_function_lists(lists, palette_for(options.output, session.out), session.out);
  return 0;
}

Run setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_input_options(app, options->input);
  std::vector<std::string> keys;
  std::string known;
  for (const SortKey& key : kSortKeys) {
    keys.emplace_back(key.name);
    known += (known.empty() ? "" : ", ") + keys.back();
  }
  app.add_option("--sort", options->sort,
                 known + " (default: share with a profile, otherwise size)")
      ->type_name("KEY")
      ->check(one_of(keys));
  app.add_option("--filter", options->filter, "Only functions with TEXT in their name")
      ->type_name("TEXT");
  app.add_option(
         "--limit", options->limit,
         fmt::format(
             "Show at most N functions (of each member), 0 for all (default {}; all in JSON)",
             kShownByDefault))
      ->type_name("N")
      ->check(natural_number());
  add_profile_option(app, options->input);
  add_output_options(app, options->output);
  return [options](Session& session) { return run(*options, session); };
}

}  // namespace

extern const Command list{
    .name = "list",
    .summary = "List functions with size, instructions, loops, calls, profile share",
    .setup = setup,
    .trailing = kCompilerTrailing,
};

}  // namespace asmforge::commands
