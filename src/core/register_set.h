// A set of architectural registers, numbered by the ISA (src/isa/<isa>.h).
//
// One number a full register: al, ax, eax and rax are one member, xmm3, ymm3
// and zmm3 another. 128 numbers hold x86-64 with AVX-512 and AArch64 with SVE.
#pragma once

#include <bit>
#include <cstdint>

namespace asmforge {

using Register = std::uint8_t;
inline constexpr Register kNoRegister = 0xff;

struct RegisterSet {
  std::uint64_t low = 0;   // registers 0 to 63
  std::uint64_t high = 0;  // registers 64 to 127

  static constexpr RegisterSet of(Register r) {
    RegisterSet set;
    set.insert(r);
    return set;
  }

  constexpr void insert(Register r) {
    if (r < 64)
      low |= std::uint64_t{1} << r;
    else if (r < 128)
      high |= std::uint64_t{1} << (r - 64);
  }
  constexpr void erase(Register r) {
    if (r < 64)
      low &= ~(std::uint64_t{1} << r);
    else if (r < 128)
      high &= ~(std::uint64_t{1} << (r - 64));
  }
  [[nodiscard]] constexpr bool contains(Register r) const {
    if (r < 64) return (low >> r) & 1;
    return r < 128 && ((high >> (r - 64)) & 1);
  }
  [[nodiscard]] constexpr bool empty() const { return (low | high) == 0; }
  [[nodiscard]] constexpr int size() const { return std::popcount(low) + std::popcount(high); }
  [[nodiscard]] constexpr bool intersects(RegisterSet o) const {
    return ((low & o.low) | (high & o.high)) != 0;
  }
  // Calls visit(Register) for each member in ascending order.
  template <class Visit>
  constexpr void for_each(Visit visit) const {
    for (std::uint64_t bits = low; bits != 0; bits &= bits - 1)
      visit(static_cast<Register>(std::countr_zero(bits)));
    for (std::uint64_t bits = high; bits != 0; bits &= bits - 1)
      visit(static_cast<Register>(64 + std::countr_zero(bits)));
  }

  constexpr RegisterSet& operator|=(RegisterSet o) {
    low |= o.low;
    high |= o.high;
    return *this;
  }
  friend constexpr RegisterSet operator|(RegisterSet a, RegisterSet b) { return a |= b; }
  friend constexpr RegisterSet operator&(RegisterSet a, RegisterSet b) {
    return {a.low & b.low, a.high & b.high};
  }
  friend constexpr RegisterSet operator-(RegisterSet a, RegisterSet b) {
    return {a.low & ~b.low, a.high & ~b.high};
  }
  friend constexpr bool operator==(RegisterSet, RegisterSet) = default;
};

}  // namespace asmforge
