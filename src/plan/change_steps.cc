#include "plan/change_steps.h"

#include <iterator>
#include <utility>

#include "mc/demangle.h"
#include "plan/assumption_steps.h"
#include "plan/attribute_steps.h"
#include "plan/branch_steps.h"
#include "plan/flag_steps.h"
#include "plan/hot_functions.h"
#include "plan/hot_loops.h"
#include "plan/pragma_steps.h"
#include "plan/tree_sources.h"

namespace asmforge {
namespace {

constexpr double kLeastShare = 0.05;  // of what is executed: a gain there can be seen

}  // namespace

Result<std::vector<Step>> change_steps(const Binary& binary, const Profile& profile,
                                       std::span<const CompileUnit> units,
                                       const ChangeRequest& request) {
  TreeSources sources(request.tree, units, request.forbidden);
  AF_TRY(std::vector<HotLoop> loops,
         hot_loops(binary, profile, kLeastShare, HotLoopKind::kInnermost));
  AF_TRY(std::vector<HotFunction> functions,
         hot_functions(binary, profile, kLeastShare, request.most_functions));
  if (request.chosen) {
    std::erase_if(loops,
                  [&](const HotLoop& loop) { return !request.chosen(loop.place, loop.sources); });
    std::erase_if(functions, [&](const HotFunction& hot) {
      Finding place;
      place.function = hot.name;
      place.demangled = demangle(hot.name);
      return !request.chosen(place, {});
    });
  }
  std::vector<Step> all = flag_steps(functions, request, sources);
  for (std::vector<Step> more :
       {attribute_steps(functions, loops, profile, request, sources),
        pragma_steps(loops, request, sources), branch_steps(functions, profile, request, sources),
        assumption_steps(functions, loops, request, sources)})
    all.insert(all.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  return all;
}

}  // namespace asmforge
