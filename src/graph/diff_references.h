// Whether two addresses in two builds mean the same thing.
//
// By name where both have one. Literals without a name are compared by content,
// tables of code addresses by the places of the function they lead to, and other
// nameless things by appearing in the same roles throughout the function: the
// first pair that is seen makes them partners.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "graph/asm_diff.h"

namespace asmforge {

class ReferenceComparer {
 public:
  // `same_place` answers for two instructions of the functions, by index.
  using SamePlace = std::function<bool(std::uint32_t before, std::uint32_t after)>;
  ReferenceComparer(const DiffSide& before, const DiffSide& after, SamePlace same_place)
      : before_(before), after_(after), same_place_(std::move(same_place)) {}

  // `bytes`: how many are accessed there; 0 when only the address is taken.
  bool same(std::uint64_t before, std::uint64_t after, std::uint32_t bytes);

 private:
  bool same_at_depth(std::uint64_t before, std::uint64_t after, std::uint32_t bytes, int depth);
  bool same_literal(std::uint64_t before, std::uint64_t after, std::uint32_t bytes, int depth);
  // Entries of two tables of code addresses from the front; nullopt: no tables.
  std::optional<bool> same_table(std::uint64_t before, std::uint64_t after);
  bool partners(std::uint64_t before, std::uint64_t after);

  const DiffSide& before_;
  const DiffSide& after_;
  SamePlace same_place_;
  std::unordered_map<std::uint64_t, std::uint64_t> partner_after_;
  std::unordered_map<std::uint64_t, std::uint64_t> partner_before_;
};

// What the address is called: name and distance from its start. The name is
// empty when nothing with a stable name is there.
struct NamedAddress {
  std::string name;
  std::uint64_t offset = 0;
  friend bool operator==(const NamedAddress&, const NamedAddress&) = default;
};
NamedAddress named_address(const DiffSide& side, std::uint64_t address);

}  // namespace asmforge
