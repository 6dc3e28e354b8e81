#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace palabre {

/// A list of texts in one stretch of memory: two allocations however many there are, because a busy broker
/// hands hundreds of thousands a second from thread to thread. Views are valid until the list changes.
class Texts {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator() = default;
    Iterator(const Texts& texts, std::size_t place) : texts_(&texts), place_(place) {}
    std::string_view operator*() const { return (*texts_)[place_]; }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    Iterator operator++(int) {
      auto before = *this;
      ++place_;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Texts* texts_ = nullptr;
    std::size_t place_ = 0;
  };
  using value_type = std::string_view;
  using const_iterator = Iterator;

  Texts() = default;
  Texts(std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) push_back(text);
  }

  void reserve(std::size_t texts, std::size_t bytes) {
    ends_.reserve(texts);
    bytes_.reserve(bytes);
  }
  void push_back(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  /// The list without its first `count` texts.
  [[nodiscard]] Texts without_first(std::size_t count) const { return stretch(count, size()); }
  /// Those from `first` on that have no more than `bytes_max` together, but one in any case. Requires that
  /// there is one.
  [[nodiscard]] Texts part(std::size_t first, std::size_t bytes_max) const {
    auto last = first + 1;
    while (last < size() && ends_[last] - begin_of(first) <= bytes_max) ++last;
    return stretch(first, last);
  }

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  /// Of all texts together.
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t place) const {
    return std::string_view(bytes_).substr(begin_of(place), ends_[place] - begin_of(place));
  }
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

  friend bool operator==(const Texts&, const Texts&) = default;

 private:
  [[nodiscard]] Texts stretch(std::size_t first, std::size_t last) const {
    Texts some;
    some.reserve(last - first, begin_of(last) - begin_of(first));
    for (auto i = first; i < last; ++i) some.push_back((*this)[i]);
    return some;
  }
  [[nodiscard]] std::size_t begin_of(std::size_t place) const { return place == 0 ? 0 : ends_[place - 1]; }

  std::string bytes_;
  std::vector<std::uint32_t> ends_;  ///< of each text, in bytes_
};

}  // namespace palabre
