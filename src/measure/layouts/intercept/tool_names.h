/* Which programs of a build are worth looking at, by the name they are started under.
 *
 * Shared by the preloaded library, which is C and runs inside of other people's
 * programs, and by asmforge itself. */
#ifndef ASMFORGE_TOOL_NAMES_H
#define ASMFORGE_TOOL_NAMES_H

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum asmforge_tool {
  ASMFORGE_NO_TOOL,
  ASMFORGE_LINKER,    /* ld and what stands in for it */
  ASMFORGE_ASSEMBLER, /* as, which gcc gives its assembly to */
  ASMFORGE_CLANG,     /* the driver and -cc1 alike */
  ASMFORGE_GCC        /* what gcc compiles with: it knows the sources, where `as` does not */
};

/* clang-19, x86_64-linux-gnu-ld.bfd: "ld.bfd" after the last '-' that begins a name,
 * without a version. */
static inline int asmforge_is_named(const char* base, size_t length, const char* name) {
  const size_t wanted = strlen(name);
  if (length < wanted) return 0;
  /* A version may follow: -19, -2.40. */
  size_t end = length;
  while (end > 0 && ((base[end - 1] >= '0' && base[end - 1] <= '9') || base[end - 1] == '.')) --end;
  if (end > 0 && end < length && base[end - 1] == '-') length = end - 1;
  if (length < wanted || memcmp(base + length - wanted, name, wanted) != 0) return 0;
  return length == wanted || base[length - wanted - 1] == '-';
}

static inline enum asmforge_tool asmforge_tool_named(const char* path) {
  static const struct {
    const char* name;
    enum asmforge_tool tool;
  } kTools[] = {
      {"ld", ASMFORGE_LINKER},       {"ld.bfd", ASMFORGE_LINKER},  {"ld.gold", ASMFORGE_LINKER},
      {"gold", ASMFORGE_LINKER},     {"ld.lld", ASMFORGE_LINKER},  {"lld", ASMFORGE_LINKER},
      {"rust-lld", ASMFORGE_LINKER}, {"mold", ASMFORGE_LINKER},    {"ld.mold", ASMFORGE_LINKER},
      {"wild", ASMFORGE_LINKER},     {"ld.wild", ASMFORGE_LINKER}, {"as", ASMFORGE_ASSEMBLER},
      {"clang", ASMFORGE_CLANG},     {"clang++", ASMFORGE_CLANG},  {"cc1", ASMFORGE_GCC},
      {"cc1plus", ASMFORGE_GCC},
  };
  const char* slash = strrchr(path, '/');
  /* C has no nullptr yet. NOLINTNEXTLINE(modernize-use-nullptr) */
  const char* base = slash == NULL ? path : slash + 1;
  const size_t length = strlen(base);
  for (size_t i = 0; i < sizeof kTools / sizeof kTools[0]; ++i)
    if (asmforge_is_named(base, length, kTools[i].name)) return kTools[i].tool;
  return ASMFORGE_NO_TOOL;
}

#ifdef __cplusplus
}
#endif

#endif
