// Work on many items with a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace asmforge {

// As many threads as this process may run on (its affinity mask), at least 1.
unsigned available_threads();

// Calls work(worker, item) for every item in [0, items), items in small runs to
// whichever of `threads` workers is free. Returns when all are done. With one
// thread everything happens in the caller, in order.
void parallel_for(std::size_t items, unsigned threads,
                  const std::function<void(unsigned worker, std::size_t item)>& work);

}  // namespace asmforge
