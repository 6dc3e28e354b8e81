#pragma once

#include <utility>
#include <variant>

#include "schema/refusal.hpp"

namespace palabre {

/// A value, or the refusal that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}            // NOLINT: a value is a result
  Result(Refusal refusal) : content_(std::move(refusal)) {}  // NOLINT: so is a refusal

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return ok(); }

  /// Requires ok().
  [[nodiscard]] T& value() { return std::get<T>(content_); }
  [[nodiscard]] const T& value() const { return std::get<T>(content_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires !ok().
  [[nodiscard]] const Refusal& refusal() const { return std::get<Refusal>(content_); }

 private:
  std::variant<T, Refusal> content_;
};

}  // namespace palabre
