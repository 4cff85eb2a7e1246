#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "audit/check.h"
#include "audit/library_code.h"
#include "audit/source_join.h"
#include "collect/stream.h"
#include "graph/unoptimised.h"

namespace asmforge {
namespace {

// What one thread knows; joined when all are done.
struct Worker {
  Worker(const Binary& binary, const Profile* profile) : function(binary, profile) {}

  AuditedFunction function;
  AuditReport part;
};

Result<std::vector<const Check*>> chosen_checks(const std::vector<std::string>& ids) {
  const auto all = all_checks();
  if (ids.empty()) return std::vector<const Check*>(all.begin(), all.end());
  std::vector<const Check*> chosen;
  for (const std::string& id : ids) {
    const Check* check = check_by_id(id);
    if (check == nullptr)
      return Error{ErrorCode::kNotFound, "there is no check '" + id + "'",
                   "asmforge explain lists the checks"};
    if (std::find(chosen.begin(), chosen.end(), check) == chosen.end()) chosen.push_back(check);
  }
  return chosen;
}

// Takes out what was not made for the ISA, and says so.
void leave_out_foreign(Isa isa, std::vector<const Check*>& checks,
                       std::vector<std::string>& notes) {
  const auto foreign = std::stable_partition(checks.begin(), checks.end(),
                                             [&](const Check* c) { return c->claims(isa); });
  for (auto check = foreign; check != checks.end(); ++check)
    notes.push_back(
        fmt::format("{} is not made for {} and was left out", (*check)->id, to_string(isa)));
  checks.erase(foreign, checks.end());
}

void count_view(const FunctionView& view, AuditReport& part) {
  ++part.functions;
  part.instructions += view.function.insns.size();
  part.loops += view.loops.loops.size();
  part.unresolved_jumps += view.cfg.unresolved_jumps;
  part.irreducible_edges += view.loops.irreducible_edges;
  if (view.function.not_decoded.empty()) return;
  ++part.functions_with_undecoded;
  for (const AddressRange& range : view.function.not_decoded) part.undecoded_bytes += range.size();
}

void keep_loop_code(const FunctionView& view, AuditReport& part) {
  const std::vector<Loop>& loops = view.loops.loops;
  const std::size_t first = part.loop_code.size();
  for (LoopIndex l = 0; l < loops.size(); ++l)
    part.loop_code.push_back({view.function.entry_index, l, loops[l].parent, loops[l].role, {}});
  for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b) {
    const LoopIndex loop = view.loops.loop_of_block[b];
    if (loop == kNoIndex) continue;
    const Block& block = view.cfg.blocks[b];
    for (std::uint32_t i = block.first; i <= block.last; ++i)
      part.loop_code[first + loop].addresses.push_back(view.function.insns[i].address);
  }
}

void audit_function(const FunctionView& view, std::span<const Check* const> checks,
                    bool with_loop_code, Worker& worker) {
  count_view(view, worker.part);
  if (view.loops.loops.empty()) return;
  // What the checks look for is in such code because nobody asked the compiler to remove it.
  if (looks_unoptimised(view.function, view.cfg, view.loops)) {
    ++worker.part.unoptimised;
    return;
  }
  worker.function.reset(view);
  for (LoopIndex loop = 0; loop < view.loops.loops.size(); ++loop)
    worker.part.loops_audited += worker.function.worth_auditing(loop) ? 1 : 0;
  const std::size_t before_all = worker.part.findings.size();
  for (const Check* check : checks) {
    const std::size_t before = worker.part.findings.size();
    check->run(worker.function, worker.part.findings);
    for (std::size_t i = before; i < worker.part.findings.size(); ++i)
      worker.part.findings[i].check = check->id;
  }
  if (with_loop_code && worker.part.findings.size() > before_all) keep_loop_code(view, worker.part);
}

void join(AuditReport& report, AuditReport&& part) {
  add_counts(report, part);
  std::move(part.findings.begin(), part.findings.end(), std::back_inserter(report.findings));
  std::move(part.loop_code.begin(), part.loop_code.end(), std::back_inserter(report.loop_code));
}

void note_unoptimised(AuditReport& report) {
  if (report.unoptimised == 0) return;
  report.notes.push_back(
      (report.unoptimised == 1
           ? std::string("1 function looks unoptimised (-O0) and is")
           : fmt::format("{} functions look unoptimised (-O0) and are", report.unoptimised)) +
      " not audited: build with -O2");
}

int rank_of(LoopRole role) {
  switch (role) {
    case LoopRole::kMain: return 0;
    case LoopRole::kOnly: return 1;
    case LoopRole::kUnknown: return 2;
    case LoopRole::kPeel:
    case LoopRole::kRemainder: return 3;
    case LoopRole::kCold: return 4;
  }
  return 4;
}

// What ran most comes first. Without a profile the code that the user can change comes
// before that of libraries, hints come last of each, and deeper loops before others. The
// rest makes the order total.
void rank(std::vector<Finding>& findings) {
  const auto key = [](const Finding& f) {
    return std::make_tuple(-f.share.value_or(0.0), f.library_code,
                           f.confidence == Confidence::kHint,
                           -static_cast<std::int64_t>(f.loop_depth), rank_of(f.role), f.confidence,
                           f.loop_header, std::string_view(f.check));
  };
  std::sort(findings.begin(), findings.end(),
            [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

}  // namespace

const Check* check_by_id(std::string_view id) {
  for (const Check* check : all_checks())
    if (check->id == id) return check;
  return nullptr;
}

Result<AuditReport> audit_binary(const Binary& binary, const AuditOptions& options) {
  AF_TRY(std::vector<const Check*> checks, chosen_checks(options.checks));
  AuditReport report;
  report.notes = binary.notes;
  leave_out_foreign(binary.isa, checks, report.notes);
  StreamOptions stream;
  stream.threads = options.threads;
  stream.only = options.functions;
  stream.should_stop = options.should_stop;
  std::vector<Worker> workers;
  workers.reserve(worker_count(stream));
  for (unsigned i = 0; i < worker_count(stream); ++i) workers.emplace_back(binary, options.profile);
  for_each_function(binary, stream, [&](unsigned worker, const FunctionView& view) {
    audit_function(view, checks, options.keep_loop_code, workers[worker]);
    if (options.advance) options.advance();
  });

  for (Worker& worker : workers) join(report, std::move(worker.part));
  for (const Check* check : checks) report.checks.emplace_back(check->id);
  const ProfileModule* module =
      options.profile == nullptr ? nullptr : options.profile->module_for(binary);
  report.ranked_by_profile = module != nullptr && options.profile->total != 0;
  report.stopped = options.should_stop && options.should_stop();
  note_unoptimised(report);
  join_source(binary, options.find_source, report);
  mark_library_code(binary, report.findings);
  rank(report.findings);
  return report;
}

}  // namespace asmforge
