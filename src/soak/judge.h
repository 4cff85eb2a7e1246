// What a recorded soak says. A pure function of the record.
//
// Memory is judged by a line through its lowest amounts: of each fortieth of the run,
// or, where a program gives much of it back now and then (a collector, a pool), of what
// is left each time. What it took since the last time is an unfinished tooth.
//
//     resident    /|   /|   /|   /        judged on the troughs, which are level
//                / |  / |  / |  /
//               /  | /  | /  | /
//              /   |/   |/   |/
//
// LEAK needs a proven growth above the limit over all that was judged and in its last
// quarter; FLAT a last quarter proven below the limit. Neither is the absence of an
// alarm: a page is the least that can be seen, so a short run proves nothing flat.
#pragma once

#include "core/soak.h"

namespace asmforge {

SoakReport judge_soak(const SoakRecord& record);

}  // namespace asmforge
