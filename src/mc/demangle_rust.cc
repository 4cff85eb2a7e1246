// Walks a name as a demangler does, following back references, and counts.
// Grammar: Rust RFC 2603, "Rust symbol name mangling v0".
#include "mc/demangle_rust.h"

#include <cstddef>
#include <cstdint>

namespace asmforge {
namespace {

constexpr std::uint64_t kBudget = std::uint64_t{1} << 20;
constexpr unsigned kDeepest = 500;  // as in LLVM's demangler

class Walk {
 public:
  explicit Walk(std::string_view name) : in_(name.substr(0, name.find('.'))) {}

  bool affordable() {
    path();
    return cost_ <= kBudget;
  }

 private:
  [[nodiscard]] bool stop() const { return failed_ || cost_ > kBudget; }
  char next() {
    ++cost_;
    if (at_ < in_.size()) return in_[at_++];
    failed_ = true;
    return 0;
  }
  bool take(char c) {
    if (at_ >= in_.size() || in_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::uint64_t base62() {
    std::uint64_t value = 0;
    if (take('_')) return 0;
    while (!stop()) {
      const char c = next();
      if (c == '_') return value + 1;
      if (value > in_.size()) failed_ = true;  // larger than any position
      value = value * 62 + (c <= '9' ? c - '0' : c >= 'a' ? c - 'a' + 10 : c - 'A' + 36);
    }
    return 0;
  }
  void identifier() {
    if (take('s')) base62();
    take('u');
    std::size_t size = 0;
    while (at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '9' && size < in_.size())
      size = size * 10 + static_cast<std::size_t>(in_[at_++] - '0');
    take('_');
    if (size > in_.size() - at_) {
      failed_ = true;
      return;
    }
    at_ += size;
    cost_ += size;
  }
  template <class Production>
  void back_reference(Production production) {
    const std::uint64_t target = base62();
    const std::size_t after = at_;
    if (target + 1 >= after) failed_ = true;
    if (stop() || silent_) return;
    at_ = target;
    production();
    at_ = after;
  }
  void silent_path() {
    const bool before = silent_;
    silent_ = true;
    if (take('s')) base62();
    path();
    silent_ = before;
  }

  // Counts the nesting of productions, which LLVM's demangler limits.
  struct Level {
    explicit Level(Walk& walk) : walk_(walk) {
      if (++walk_.depth_ > kDeepest) walk_.failed_ = true;
    }
    ~Level() { --walk_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Walk& walk_;
  };

  void path() {
    const Level level(*this);
    if (stop()) return;
    switch (next()) {
      case 'C': return identifier();
      case 'M': silent_path(); return type();
      case 'X':
        silent_path();
        type();
        return path();
      case 'Y': type(); return path();
      case 'N':
        next();
        path();
        return identifier();
      case 'I':
        path();
        while (!stop() && !take('E')) generic_argument();
        return;
      case 'B': return back_reference([this] { path(); });
      default: failed_ = true;
    }
  }
  void generic_argument() {
    if (take('L'))
      base62();
    else if (take('K'))
      constant();
    else
      type();
  }
  void type() {
    const Level level(*this);
    if (stop()) return;
    const char c = next();
    if (c >= 'a' && c <= 'z') return;
    switch (c) {
      case 'A': type(); return constant();
      case 'S':
      case 'P':
      case 'O': return type();
      case 'T':
        while (!stop() && !take('E')) type();
        return;
      case 'R':
      case 'Q':
        if (take('L')) base62();
        return type();
      case 'F': return function_signature();
      case 'D':
        dynamic_bounds();
        if (take('L')) base62();
        return;
      case 'B': return back_reference([this] { type(); });
      default: --at_; return path();
    }
  }
  void binder() {
    if (take('G')) cost_ += base62() * 4;
  }
  void function_signature() {
    binder();
    take('U');
    if (take('K') && !take('C')) identifier();
    while (!stop() && !take('E')) type();
    type();
  }
  void dynamic_bounds() {
    binder();
    while (!stop() && !take('E')) {
      path();
      while (!stop() && take('p')) {
        identifier();
        type();
      }
    }
  }
  void constant() {
    const Level level(*this);
    if (stop()) return;
    if (take('B')) return back_reference([this] { constant(); });
    if (next() == 'p') return;
    while (!stop() && next() != '_') {
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::uint64_t cost_ = 0;
  unsigned depth_ = 0;
  bool failed_ = false;
  bool silent_ = false;
};

}  // namespace

bool rust_name_is_printable(std::string_view name) {
  constexpr std::string_view kPrefix = "_R";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return Walk(name).affordable();
}

}  // namespace asmforge
