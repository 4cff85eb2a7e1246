#include "mc/demangle_limits.h"

#include <pthread.h>

namespace asmforge {
namespace {

constexpr std::size_t kLongestName = std::size_t{64} << 10;
// Names up to here are parsed on the caller's stack.
constexpr std::size_t kShortName = 1024;
constexpr std::size_t kDeepStackBytes = std::size_t{512} << 20;  // address space, not memory

void* run(void* work) {
  (*static_cast<const std::function<void()>*>(work))();
  return nullptr;
}

}  // namespace

bool worth_demangling(std::string_view name) {
  if (name.size() > kLongestName) return false;
  return name.starts_with("_Z") || name.starts_with("_R") || name.starts_with("_D") ||
         name.starts_with("___Z");
}

void on_deep_stack(std::size_t name_size, const std::function<void()>& work) {
  if (name_size <= kShortName) {
    work();
    return;
  }
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return;
  const bool started =
      pthread_attr_setstacksize(&attributes, kDeepStackBytes) == 0 &&
      pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)) == 0;
  pthread_attr_destroy(&attributes);
  if (started) pthread_join(thread, nullptr);
}

}  // namespace asmforge
