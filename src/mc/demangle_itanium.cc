#include "mc/demangle_itanium.h"

#include <llvm/Demangle/ItaniumDemangle.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <unordered_map>

namespace asmforge {
namespace {

using llvm::itanium_demangle::ForwardTemplateReference;
using llvm::itanium_demangle::Node;
using llvm::itanium_demangle::NodeArray;
using llvm::itanium_demangle::OutputBuffer;
using llvm::itanium_demangle::ParameterPack;
using llvm::itanium_demangle::ParameterPackExpansion;

// Nodes live until the name is printed; the first of them on the caller's stack.
class NodeArena {
 public:
  void reset() { arena_.release(); }
  template <class T, class... Args>
  T* makeNode(Args&&... args) {
    return new (arena_.allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }
  void* allocateNodeArray(std::size_t count) {
    return arena_.allocate(count * sizeof(Node*), alignof(Node*));
  }

 private:
  alignas(std::max_align_t) std::byte first_[8192];
  std::pmr::monotonic_buffer_resource arena_{first_, sizeof first_};
};

using Parser = llvm::itanium_demangle::ManglingParser<NodeArena>;

// An upper bound of the characters that a node prints, counting what is shared as
// often as it is printed.
class PrintedSize {
 public:
  std::uint64_t of(const Node* node) {
    if (node == nullptr) return 0;
    const auto [entry, is_new] = known_.try_emplace(node, 0);
    if (!is_new) return entry->second;  // 0 for a node inside itself, which prints nothing
    std::uint64_t size = kPunctuation;
    node->visit([&](const auto* real) { size += parts(real); });
    size = std::min(size, kEnough);
    known_[node] = size;
    return size;
  }
  static constexpr std::uint64_t kEnough = std::uint64_t{1} << 40;

 private:
  // More than any node prints of its own: "decltype(", "reinterpret_cast<".
  static constexpr std::uint64_t kPunctuation = 24;

  template <class Real>
  std::uint64_t parts(const Real* real) {
    if constexpr (std::is_same_v<Real, ForwardTemplateReference>) {
      return of(real->Ref);
    } else {
      std::uint64_t size = 0;
      real->match([&](const auto&... field) { ((size += field_size(field)), ...); });
      if constexpr (std::is_same_v<Real, ParameterPackExpansion>) size *= longest_array_ + 1;
      return size;
    }
  }
  template <class Field>
  std::uint64_t field_size(const Field& field) {
    if constexpr (std::is_convertible_v<Field, const Node*>) {
      return of(field);
    } else if constexpr (std::is_same_v<Field, NodeArray>) {
      longest_array_ = std::max<std::uint64_t>(longest_array_, field.size());
      std::uint64_t size = 0;
      for (const Node* element : field) size = std::min(size + of(element) + 2, kEnough);
      return size;
    } else if constexpr (std::is_same_v<Field, std::string_view>) {
      return field.size();
    } else {
      return 0;
    }
  }

  std::unordered_map<const Node*, std::uint64_t> known_;
  std::uint64_t longest_array_ = 0;
};

constexpr std::uint64_t kLongestOutput = std::uint64_t{4} << 20;
// Shorter names cannot grow beyond megabytes before they end: 20 doublings of a
// few characters take more than this.
constexpr std::size_t kTooShortToGrow = 48;

}  // namespace

std::string demangle_itanium(std::string_view name) {
  Parser parser(name.data(), name.data() + name.size());
  const Node* const root = parser.parse();
  if (root == nullptr) return "";
  if (name.size() > kTooShortToGrow && PrintedSize().of(root) > kLongestOutput) return "";
  OutputBuffer out;
  root->print(out);
  std::string text(out.getBuffer(), out.getCurrentPosition());
  std::free(out.getBuffer());
  return text;
}

}  // namespace asmforge
