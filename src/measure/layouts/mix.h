// Many independent numbers from one seed, the same on every machine.
#pragma once

#include <cstdint>

namespace asmforge {

// The finish of splitmix64: a bijection whose output bits each depend on all input bits.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace asmforge
