// Result<T>: a value, or the reason there is none.
//
// The member names are those of std::expected, so that this file can become an
// alias once the project's baseline is C++23 (libstdc++ 12 offers <expected>
// only there).
#pragma once

#include <utility>
#include <variant>

#include "core/error.h"

namespace asmforge {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() & {
    AF_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    AF_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    AF_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const {
    AF_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value: Result<Done>.
struct Done {};

}  // namespace asmforge

// AF_TRY(auto text, read_file(path));  returns the error to the caller, or binds the value.
#define AF_CONCAT_(a, b) a##b
#define AF_CONCAT(a, b) AF_CONCAT_(a, b)
#define AF_TRY(declaration, expression) \
  AF_TRY_(AF_CONCAT(af_result_, __LINE__), declaration, expression)
#define AF_TRY_(temporary, declaration, expression)     \
  auto temporary = (expression);                        \
  if (!temporary.has_value()) return temporary.error(); \
  declaration = std::move(temporary).value()
