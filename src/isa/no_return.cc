#include "isa/no_return.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/name_pattern.h"

namespace asmforge {
namespace {

struct Row {
  std::string_view name;  // exact, or a path where '*' stands for anything
  NoReturn kind;
};

// Sorted; compared with the whole name, version suffixes cut off by the reader.
constexpr Row kPlainNames[] = {
    {"OPENSSL_die", NoReturn::kAssertion},
    {"Perl_croak", NoReturn::kExit},
    {"Perl_croak_memory_wrap", NoReturn::kExit},
    {"Perl_croak_no_modify", NoReturn::kExit},
    {"Perl_croak_nocontext", NoReturn::kExit},
    {"Perl_die_unwind", NoReturn::kExit},
    {"Perl_my_exit", NoReturn::kExit},
    {"Perl_my_failure_exit", NoReturn::kExit},
    {"Py_Exit", NoReturn::kExit},
    {"Py_FatalError", NoReturn::kExit},
    {"_Exit", NoReturn::kExit},
    {"_Py_FatalErrorFormat", NoReturn::kExit},
    {"_Py_FatalErrorFunc", NoReturn::kExit},
    {"_Py_FatalRefcountErrorFunc", NoReturn::kExit},
    {"_Unwind_Resume", NoReturn::kThrow},
    {"__assert", NoReturn::kAssertion},
    {"__assert_fail", NoReturn::kAssertion},
    {"__assert_perror_fail", NoReturn::kAssertion},
    {"__assert_rtn", NoReturn::kAssertion},
    {"__chk_fail", NoReturn::kAssertion},
    {"__clang_call_terminate", NoReturn::kExit},
    {"__cxa_bad_cast", NoReturn::kThrow},
    {"__cxa_bad_typeid", NoReturn::kThrow},
    {"__cxa_call_terminate", NoReturn::kExit},
    {"__cxa_call_unexpected", NoReturn::kExit},
    {"__cxa_deleted_virtual", NoReturn::kExit},
    {"__cxa_init_primary_exception_fail", NoReturn::kExit},
    {"__cxa_pure_virtual", NoReturn::kExit},
    {"__cxa_rethrow", NoReturn::kThrow},
    {"__cxa_throw", NoReturn::kThrow},
    {"__cxa_throw_bad_array_length", NoReturn::kThrow},
    {"__cxa_throw_bad_array_new_length", NoReturn::kThrow},
    {"__fortify_fail", NoReturn::kAssertion},
    {"__libc_fatal", NoReturn::kExit},
    {"__libc_start_main", NoReturn::kExit},
    {"__longjmp_chk", NoReturn::kExit},
    {"__rust_drop_panic", NoReturn::kPanic},
    {"__rust_foreign_exception", NoReturn::kPanic},
    {"__stack_chk_fail", NoReturn::kAssertion},
    {"__stack_chk_fail_local", NoReturn::kAssertion},
    {"_exit", NoReturn::kExit},
    {"_longjmp", NoReturn::kExit},
    {"abort", NoReturn::kExit},
    {"err", NoReturn::kExit},
    {"errx", NoReturn::kExit},
    {"exit", NoReturn::kExit},
    {"g_abort", NoReturn::kExit},
    {"g_assertion_message", NoReturn::kAssertion},
    {"g_assertion_message_cmpint", NoReturn::kAssertion},
    {"g_assertion_message_cmpnum", NoReturn::kAssertion},
    {"g_assertion_message_cmpstr", NoReturn::kAssertion},
    {"g_assertion_message_error", NoReturn::kAssertion},
    {"g_assertion_message_expr", NoReturn::kAssertion},
    {"longjmp", NoReturn::kExit},
    {"pthread_exit", NoReturn::kExit},
    {"quick_exit", NoReturn::kExit},
    {"rust_begin_unwind", NoReturn::kPanic},
    {"rust_panic", NoReturn::kPanic},
    {"siglongjmp", NoReturn::kExit},
    {"thrd_exit", NoReturn::kExit},
    {"verr", NoReturn::kExit},
    {"verrx", NoReturn::kExit},
    {"xalloc_die", NoReturn::kExit},
};

// The first row that fits decides.
constexpr Row kPlainPatterns[] = {
    {"__ubsan_handle_*_abort", NoReturn::kAssertion},
    {"__ubsan_handle_builtin_unreachable", NoReturn::kAssertion},
    {"__ubsan_handle_missing_return", NoReturn::kAssertion},
    {"__asan_report_*_noabort", NoReturn::kNotKnown},
    {"__asan_report_exp_*", NoReturn::kNotKnown},
    {"__asan_report_load*", NoReturn::kAssertion},
    {"__asan_report_store*", NoReturn::kAssertion},
};

// Rust 1.63 to 1.95, libstdc++ 12, libc++ 19, LLVM 19. The first row decides.
constexpr Row kPaths[] = {
    {"core::panicking::panic_bounds_check", NoReturn::kBounds},
    {"core::panicking::panic_misaligned_pointer_dereference", NoReturn::kPanic},
    {"core::panicking::{impl}*", NoReturn::kNotKnown},
    {"core::panicking::*", NoReturn::kPanic},
    {"core::slice::index::*_fail", NoReturn::kBounds},
    {"core::slice::index::*_fail::*", NoReturn::kBounds},
    {"core::slice::*::len_mismatch_fail", NoReturn::kBounds},
    {"core::slice::*::len_mismatch_fail::*", NoReturn::kBounds},
    {"core::slice::*::panic_on_ord_violation", NoReturn::kPanic},
    {"core::slice::split_at::panic*", NoReturn::kBounds},
    {"core::str::slice_error_fail", NoReturn::kBounds},
    {"core::str::slice_error_fail_rt", NoReturn::kBounds},
    {"core::option::unwrap_failed", NoReturn::kPanic},
    {"core::option::expect_failed", NoReturn::kPanic},
    {"core::option::expect_none_failed", NoReturn::kPanic},
    {"core::result::unwrap_failed", NoReturn::kPanic},
    {"core::cell::panic_already_borrowed", NoReturn::kPanic},
    {"core::cell::panic_already_mutably_borrowed", NoReturn::kPanic},
    {"core::cell::*::panic_already_borrowed", NoReturn::kPanic},
    {"core::cell::*::panic_already_mutably_borrowed", NoReturn::kPanic},
    {"core::num::from_str_radix_panic", NoReturn::kPanic},
    {"core::num::from_ascii_radix_panic", NoReturn::kPanic},
    {"core::num::*::from_str_radix_panic*", NoReturn::kPanic},
    {"core::intrinsics::abort", NoReturn::kExit},
    {"alloc::alloc::handle_alloc_error", NoReturn::kPanic},
    {"alloc::alloc::handle_alloc_error::*", NoReturn::kPanic},
    {"alloc::raw_vec::handle_error", NoReturn::kPanic},
    {"alloc::raw_vec::capacity_overflow", NoReturn::kPanic},
    {"alloc::vec::*assert_failed", NoReturn::kBounds},  // remove, insert, swap_remove, ...
    {"alloc::vec::*assert_failed::*", NoReturn::kBounds},
    {"alloc::collections::*assert_failed", NoReturn::kBounds},
    {"std::alloc::rust_oom", NoReturn::kPanic},
    {"std::alloc::handle_alloc_error", NoReturn::kPanic},
    {"std::panicking::begin_panic", NoReturn::kPanic},
    {"std::panicking::begin_panic_fmt", NoReturn::kPanic},
    {"std::panicking::begin_panic_handler", NoReturn::kPanic},
    {"std::panicking::begin_panic_handler::*", NoReturn::kPanic},
    {"std::panicking::panic_with_hook", NoReturn::kPanic},
    {"std::panicking::panic_handler", NoReturn::kPanic},
    {"std::panicking::panic_handler::*", NoReturn::kPanic},
    {"std::panicking::resume_unwind", NoReturn::kPanic},
    {"std::panicking::rust_panic", NoReturn::kPanic},
    {"std::panicking::rust_panic_with_hook", NoReturn::kPanic},
    {"std::panicking::rust_panic_without_hook", NoReturn::kPanic},
    {"std::panic::resume_unwind", NoReturn::kPanic},
    {"std::panic::panic_any", NoReturn::kPanic},
    {"std::sys::backtrace::__rust_end_short_backtrace", NoReturn::kPanic},
    {"std::sys_common::backtrace::__rust_end_short_backtrace", NoReturn::kPanic},
    {"std::rt::begin_panic*", NoReturn::kPanic},
    {"std::thread::local::panic_access_error", NoReturn::kPanic},
    {"std::process::abort", NoReturn::kExit},
    {"std::process::exit", NoReturn::kExit},
    {"std::sys::*abort_internal", NoReturn::kExit},
    {"__rustc::rust_begin_unwind", NoReturn::kPanic},
    {"__rustc::rust_panic", NoReturn::kPanic},
    {"__rustc::__rust_drop_panic", NoReturn::kPanic},
    {"__rustc::__rust_foreign_exception", NoReturn::kPanic},
    {"panic_abort::__rust_start_panic::abort", NoReturn::kExit},
    {"std::__throw_out_of_range*", NoReturn::kBounds},
    {"std::__throw_*", NoReturn::kThrow},
    {"std::__1::__throw_out_of_range*", NoReturn::kBounds},
    {"std::__1::__throw_*", NoReturn::kThrow},
    {"std::__1::__libcpp_verbose_abort", NoReturn::kAssertion},
    {"std::__glibcxx_assert_fail", NoReturn::kAssertion},
    {"std::__replacement_assert", NoReturn::kAssertion},
    {"std::rethrow_exception", NoReturn::kThrow},
    {"std::terminate", NoReturn::kExit},
    {"std::unexpected", NoReturn::kExit},
    {"std::__terminate", NoReturn::kExit},
    {"__cxxabiv1::__terminate", NoReturn::kExit},
    {"__cxxabiv1::__unexpected", NoReturn::kExit},
    {"__gnu_cxx::__throw_*", NoReturn::kThrow},
    {"__gnu_debug::_Error_formatter::_M_error", NoReturn::kAssertion},
    {"llvm::report_bad_alloc_error", NoReturn::kExit},
    {"llvm::report_fatal_error", NoReturn::kExit},
    {"llvm::llvm_unreachable_internal", NoReturn::kAssertion},
};

static_assert(std::is_sorted(std::begin(kPlainNames), std::end(kPlainNames),
                             [](const Row& a, const Row& b) { return a.name < b.name; }));

template <std::size_t N>
NoReturn first_fit(const Row (&rows)[N], std::string_view text) {
  for (const Row& row : rows)
    if (fits_pattern(row.name, text)) return row.kind;
  return NoReturn::kNotKnown;
}

// Longer names hold types whose parse is not worth it: no row is that long.
constexpr std::size_t kLongestPath = 160;

// Reads the path out of a mangled name and steps over types. Recursion is
// limited, since back references can point anywhere.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  bool rust_v0_path(int depth);
  bool nested();  // after "_ZN" or "_Z": both of Itanium and Rust's legacy scheme

  std::string path;

 private:
  static constexpr int kDeepest = 32;
  static constexpr int kMostSteps = 1000;  // back references can double at every level

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::optional<std::size_t> number();
  std::optional<std::string_view> bytes(std::size_t size);
  void append(std::string_view name) {
    if (!muted_) {
      if (!path.empty()) path += "::";
      path += name;
    }
  }
  void disambiguator() {
    if (take('s')) base62();
  }
  std::optional<std::size_t> base62();
  bool v0_identifier();
  bool v0_type(int depth);
  bool v0_trait_path(int depth);
  bool v0_back_reference(bool is_type, int depth);

  std::string_view text_;
  std::size_t at_ = 0;
  int steps_ = 0;
  bool muted_ = false;  // inside a type: its names are no part of the path
};

std::optional<std::size_t> PathReader::number() {
  if (peek() < '0' || peek() > '9') return std::nullopt;
  std::size_t value = 0;
  while (peek() >= '0' && peek() <= '9') {
    value = 10 * value + static_cast<std::size_t>(text_[at_++] - '0');
    if (value > text_.size()) return std::nullopt;
  }
  return value;
}

std::optional<std::string_view> PathReader::bytes(std::size_t size) {
  if (size > text_.size() - at_) return std::nullopt;
  const std::string_view found = text_.substr(at_, size);
  at_ += size;
  return found;
}

std::optional<std::size_t> PathReader::base62() {
  std::size_t value = 0;
  for (std::size_t digits = 0; !at_end(); ++digits) {
    const char c = text_[at_++];
    if (c == '_') return digits == 0 ? 0 : value + 1;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 10
                      : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                             : -1;
    if (digit < 0 || digits > 10) return std::nullopt;
    value = 62 * value + static_cast<std::size_t>(digit);
  }
  return std::nullopt;
}

bool PathReader::v0_identifier() {
  disambiguator();
  const bool punycode = take('u');
  const std::optional<std::size_t> size = number();
  if (!size) return false;
  take('_');
  const std::optional<std::string_view> name = bytes(*size);
  if (!name) return false;
  append(punycode ? std::string_view("?") : *name);
  return true;
}

bool PathReader::v0_back_reference(bool is_type, int depth) {
  const std::size_t here = at_ - 1;
  const std::optional<std::size_t> to = base62();
  if (!to || *to >= here) return false;  // only backwards, so that it ends
  const std::size_t after = at_;
  at_ = *to;
  const bool good = is_type ? v0_type(depth + 1) : rust_v0_path(depth + 1);
  at_ = after;
  return good;
}

bool PathReader::v0_type(int depth) {
  if (depth > kDeepest || ++steps_ > kMostSteps) return false;
  const char tag = peek();
  if (tag >= 'a' && tag <= 'z') return take(tag);  // u8, str, !, ...
  switch (tag) {
    case 'S': ++at_; return v0_type(depth + 1);
    case 'P':
    case 'O': ++at_; return v0_type(depth + 1);
    case 'R':
    case 'Q':
      ++at_;
      if (take('L')) base62();
      return v0_type(depth + 1);
    case 'T':
      ++at_;
      while (!take('E'))
        if (!v0_type(depth + 1)) return false;
      return true;
    case 'B': ++at_; return v0_back_reference(/*is_type=*/true, depth);
    case 'C':
    case 'N':
    case 'M':
    case 'X':
    case 'Y':
    case 'I': return rust_v0_path(depth + 1);
    default: return false;  // arrays, functions, dyn: no row needs them
  }
}

// After X or Y, inside a type: <Type as Trait>.
bool PathReader::v0_trait_path(int depth) {
  if (text_[at_ - 1] == 'X') {
    disambiguator();
    if (!rust_v0_path(depth + 1)) return false;
  }
  return v0_type(depth + 1) && rust_v0_path(depth + 1);
}

bool PathReader::rust_v0_path(int depth) {
  if (depth > kDeepest || ++steps_ > kMostSteps || path.size() > kLongestPath) return false;
  const bool was_muted = muted_;
  const auto skip_type = [&] {
    muted_ = true;
    const bool good = v0_type(depth + 1);
    muted_ = was_muted;
    return good;
  };
  if (at_end()) return false;
  switch (text_[at_++]) {
    case 'C': return v0_identifier();
    case 'N': {
      ++at_;  // namespace
      return rust_v0_path(depth + 1) && v0_identifier();
    }
    case 'M':
      disambiguator();
      if (!rust_v0_path(depth + 1) || !skip_type()) return false;
      append("{impl}");
      return true;
    // A trait's method, implemented (X) or default (Y): no path names it alone.
    case 'X':
    case 'Y': return muted_ ? v0_trait_path(depth) : false;
    case 'I': {
      if (!rust_v0_path(depth + 1)) return false;
      while (!take('E')) {
        if (take('L')) {
          if (!base62()) return false;
        } else if (!skip_type()) {
          // The path is known; only what follows it is not. At the top that is
          // enough.
          return depth == 0;
        }
      }
      return true;
    }
    case 'B': return v0_back_reference(/*is_type=*/false, depth);
    default: return false;
  }
}

bool PathReader::nested() {
  const bool is_nested = take('N');
  while (is_nested && (peek() == 'r' || peek() == 'V' || peek() == 'K')) ++at_;
  if (peek() == 'S' && at_ + 1 < text_.size() && text_[at_ + 1] == 't') {
    at_ += 2;
    append("std");
  }
  while (peek() >= '0' && peek() <= '9') {
    const std::optional<std::size_t> size = number();
    const std::optional<std::string_view> name = size ? bytes(*size) : std::nullopt;
    if (!name || path.size() > kLongestPath) return false;
    // Rust's legacy scheme ends with a hash: 17h and 16 hexadecimal digits.
    if (name->size() == 17 && name->front() == 'h' && peek() == 'E') break;
    append(*name);
    while (take('B')) {  // ABI tags
      const std::optional<std::size_t> tag = number();
      if (!tag || !bytes(*tag)) return false;
    }
    if (!is_nested) break;
  }
  // A template in the middle (std::vector<int>::at) would need all of Itanium.
  return !path.empty() && !(is_nested && peek() != 'E');
}

}  // namespace

std::string_view to_string(NoReturn kind) {
  switch (kind) {
    case NoReturn::kNotKnown: return "not known";
    case NoReturn::kBounds: return "bounds";
    case NoReturn::kPanic: return "panic";
    case NoReturn::kAssertion: return "assertion";
    case NoReturn::kThrow: return "throw";
    case NoReturn::kExit: return "exit";
  }
  return "not known";
}

std::string path_of_mangled(std::string_view mangled) {
  if (mangled.starts_with("_R")) {
    PathReader reader(mangled.substr(2));
    if (reader.rust_v0_path(0)) return std::move(reader.path);
  } else if (mangled.starts_with("_Z")) {
    PathReader reader(mangled.substr(2));
    if (reader.nested()) return std::move(reader.path);
  }
  return {};
}

NoReturn no_return_by_name(std::string_view name) {
  const auto row =
      std::lower_bound(std::begin(kPlainNames), std::end(kPlainNames), name,
                       [](const Row& r, std::string_view wanted) { return r.name < wanted; });
  if (row != std::end(kPlainNames) && row->name == name) return row->kind;
  if (name.starts_with("_R") || name.starts_with("_Z")) {
    const std::string path = path_of_mangled(name);
    return path.empty() ? NoReturn::kNotKnown : first_fit(kPaths, path);
  }
  if (name.starts_with("__ubsan_") || name.starts_with("__asan_"))
    return first_fit(kPlainPatterns, name);
  return NoReturn::kNotKnown;
}

}  // namespace asmforge
