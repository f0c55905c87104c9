// SPDX-License-Identifier: MIT
//
// How a record looks as text. How it is read back: read_item.hpp.
#pragma once

#include <tidemark/core/event_time.hpp>

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidemark {

/// The arithmetic types whose values are numbers: bool and 8-bit integers, too, and characters not.
template <typename T>
concept NumericItem =
    std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, long double> ||
    (std::integral<T> && sizeof(T) <= sizeof(long long) && !std::same_as<T, char> &&
     !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> &&
     !std::same_as<T, char32_t>);

/// A number with as few digits as read back as the same number, whatever the locale is: `-7`,
/// `52.5200066`, `100000`, `1e+300`, `-0`, `inf`, `nan`; a bool as `0` or `1`.
class NumberText {
 public:
  /// Prints at once, and allocates nothing.
  template <NumericItem N>
  explicit NumberText(N number) {
    if constexpr (std::floating_point<N>) {
      print(number);
    } else if constexpr (std::is_signed_v<N>) {
      print(static_cast<long long>(number));
    } else {
      print(static_cast<unsigned long long>(number));
    }
  }

  /// The text, which lies in this.
  std::string_view view() const { return {text_, size_}; }

 private:
  void print(long long number);
  void print(unsigned long long number);
  void print(float number);
  void print(double number);
  void print(long double number);

  char text_[64];  // a long double takes at most 36 digits, and 9 characters around them
  std::size_t size_ = 0;
};

/// What has a `<<` of its own.
template <typename Item>
concept Streamable = requires(std::ostream& out, const Item& item) { out << item; };

namespace detail {

/// What stands for a stream where a number's own `<<`, a member or a template, is not to be found.
struct AsStream {
  operator std::ostream&() const;  // NOLINT: by intention
};

/// An enumeration of 8 bits that `<<` would take for a character.
template <typename Item>
concept SmallEnum = std::is_enum_v<Item> && sizeof(Item) == 1 && std::convertible_to<Item, int> &&
                    !requires(AsStream out, const Item& item) { out << item; };

/// As a std::complex.
template <typename Item>
concept ComplexNumber = requires(const Item& item) {
  requires NumericItem<typename Item::value_type>;
  { item.real() } -> std::same_as<typename Item::value_type>;
  { item.imag() } -> std::same_as<typename Item::value_type>;
};

/// As a matrix or a vector of Eigen.
template <typename Item>
concept MatrixLike = requires(const Item& item) {
  typename Item::Scalar;
  { Item::IsVectorAtCompileTime } -> std::convertible_to<bool>;
  item.coeff(item.rows(), item.cols());
};

/// As a std::optional.
template <typename Item>
concept MaybeValue = requires(const Item& item) {
  typename Item::value_type;
  { item.has_value() } -> std::same_as<bool>;
  { *item } -> std::same_as<const typename Item::value_type&>;
};

/// A pair or a tuple.
template <typename Item>
concept TupleLike = requires { std::tuple_size<Item>::value; };

/// A struct that lists its members, as for a Codec (codec.hpp).
template <typename Item>
concept HasFields = requires(const Item& item) {
  { Item::fields(item) } -> TupleLike;
};
template <typename Item>
using FieldsOf = decltype(Item::fields(std::declval<const Item&>()));

/// What can be gone through from begin to end.
template <typename Item>
concept RangeLike = requires(const Item& item) {
  item.begin() != item.end();
  *item.begin();
};
template <RangeLike Item>
using ElementOf = std::remove_cvref_t<decltype(*std::declval<const Item&>().begin())>;

/// Whether print_item can print an Item that stands in the `Outer`; not what holds itself.
template <typename Item, typename... Outer>
constexpr bool is_printable() {
  const auto all_of = []<typename Tuple, std::size_t... I>(std::type_identity<Tuple>,
                                                           std::index_sequence<I...>) {
    return (is_printable<std::remove_cvref_t<std::tuple_element_t<I, Tuple>>, Item, Outer...>() &&
            ...);
  };
  if constexpr ((std::same_as<Item, Outer> || ...)) {  // NOLINT(bugprone-branch-clone)
    return false;
  } else if constexpr (Streamable<Item> || std::same_as<Item, EventTime>) {
    return true;
  } else if constexpr (MaybeValue<Item>) {
    return is_printable<typename Item::value_type, Item, Outer...>();
  } else if constexpr (TupleLike<Item>) {
    return all_of(std::type_identity<Item>(), std::make_index_sequence<std::tuple_size_v<Item>>());
  } else if constexpr (HasFields<Item>) {
    return all_of(std::type_identity<FieldsOf<Item>>(),
                  std::make_index_sequence<std::tuple_size_v<FieldsOf<Item>>>());
  } else if constexpr (RangeLike<Item>) {
    return is_printable<ElementOf<Item>, Item, Outer...>();
  } else {
    return false;
  }
}

}  // namespace detail

/// What `<<` can print, event times, and pairs, tuples, optional ones, ranges and structs of such.
template <typename Item>
concept Printable = detail::is_printable<Item>();

/// Prints a record: a number with all its digits (NumberText), an event time as ISO 8601, and all
/// else as its own `<<` does. What has none: a pair, a tuple, and a struct that lists its members
/// (`fields`, as for a Codec) as `(first, second)`, a range as `[first, second]`, and an optional
/// value as itself or `none`. A matrix of Eigen is printed as a range, too, of its rows.
template <Printable Item>
void print_item(std::ostream& out, const Item& item);

namespace detail {

void print_tuple(std::ostream& out, const auto& tuple) {
  const char* before = "(";
  std::apply(
      [&](const auto&... each) {
        ((out << std::exchange(before, ", "), print_item(out, each)), ...);
      },
      tuple);
  out << (*before == '(' ? "()" : ")");
}

template <typename Matrix>
void print_matrix(std::ostream& out, const Matrix& matrix) {
  const bool is_vector = Matrix::IsVectorAtCompileTime;
  out << '[';
  for (auto row = matrix.rows() * 0; row != matrix.rows(); ++row) {
    if (row != 0) out << ", ";
    if (!is_vector) out << '[';
    for (auto column = matrix.cols() * 0; column != matrix.cols(); ++column) {
      if (column != 0) out << ", ";
      print_item(out, matrix.coeff(row, column));
    }
    if (!is_vector) out << ']';
  }
  out << ']';
}

}  // namespace detail

template <Printable Item>
void print_item(std::ostream& out, const Item& item) {
  if constexpr (NumericItem<Item>) {
    const NumberText text(item);
    out.write(text.view().data(), static_cast<std::streamsize>(text.view().size()));
  } else if constexpr (detail::SmallEnum<Item>) {
    print_item(out, static_cast<int>(item));
  } else if constexpr (std::same_as<Item, EventTime>) {
    out << to_iso8601(item);
  } else if constexpr (detail::ComplexNumber<Item>) {
    out << '(' << NumberText(item.real()).view() << ',' << NumberText(item.imag()).view() << ')';
  } else if constexpr (detail::MatrixLike<Item>) {
    detail::print_matrix(out, item);
  } else if constexpr (Streamable<Item>) {
    out << item;
  } else if constexpr (detail::MaybeValue<Item>) {
    if (item.has_value()) {
      print_item(out, *item);
    } else {
      out << "none";
    }
  } else if constexpr (detail::TupleLike<Item>) {
    detail::print_tuple(out, item);
  } else if constexpr (detail::HasFields<Item>) {
    detail::print_tuple(out, Item::fields(item));
  } else {
    const char* before = "[";
    for (const auto& each : item) {
      out << std::exchange(before, ", ");
      print_item(out, each);
    }
    out << (*before == '[' ? "[]" : "]");
  }
}

}  // namespace tidemark
