// SPDX-License-Identifier: MIT
//
// Record types: all that the engine knows of a record between two steps.
//
// Between steps nobody looks into a record. What lies there is no template over it: it handles a
// vector whose record type says how to do what has to be done, one indirect call a batch.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/print_item.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// Records per batch: 64 KiB of them, at least 16 and at most 1,024.
template <typename Item>
inline constexpr std::size_t batch_capacity =
    std::clamp<std::size_t>(65536 / sizeof(Item), 16, 1024);

/// A std::vector of records, of a type that only its RecordType knows. Never defined.
class AnyRecords;

/// The same vector, for what is no template over its records.
template <typename Item>
AnyRecords& erased(std::vector<Item>& records) {
  return reinterpret_cast<AnyRecords&>(records);
}
/// The vector that `erased` was given. Requires: the records are of that type.
template <typename Item>
std::vector<Item>& records_as(AnyRecords& records) {
  return reinterpret_cast<std::vector<Item>&>(records);
}

/// How to handle vectors of one type of record. There is one for each type (record_type), whose
/// address tells them apart. Whether it can be printed or encoded is asked where a step is used:
/// declare its `<<` and its Codec beside it. Thread: any.
struct RecordType {
  /// As `keep`, or as `limit`: any number of records.
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  const std::type_info& (*type)();  ///< of one record
  std::size_t record_bytes;         ///< as one lies in memory
  std::size_t batch_capacity;       ///< records

  void (*construct)(void* at);             ///< an empty vector
  void (*destroy)(AnyRecords&);            ///< the vector, with what is in it
  std::size_t (*size)(const AnyRecords&);  ///< records
  /// Removes all records, and gives the memory back if there is room for more than `keep` records.
  void (*clear)(AnyRecords&, std::size_t keep);
  void (*swap)(AnyRecords&, AnyRecords&);  ///< in constant time
  /// Moves all of `from` to the end of `to`, and leaves `from` empty.
  void (*append)(AnyRecords& to, AnyRecords& from);
  /// Makes `to` equal to `from`; null if the records cannot be copied.
  void (*copy)(AnyRecords& to, const AnyRecords& from);
  /// For each record i in [begin, end), in order: moves it to the end of `*open[to[i]]`. Stops
  /// before a record for which that is null, and after one that has made its vector `limit` long.
  /// Returns where it has stopped.
  std::size_t (*scatter)(AnyRecords& from, std::size_t begin, std::size_t end,
                         const std::uint32_t* to, AnyRecords* const* open, std::size_t limit);

  /// Prints a record as print_item does; null if it cannot be printed.
  void (*print)(std::ostream& out, const AnyRecords&, std::size_t record);
  /// Appends the records in [begin, end) as bytes (codec.hpp); null if there is no Codec for them.
  void (*encode)(std::string& to, const AnyRecords&, std::size_t begin, std::size_t end);
  /// Adds so many records that were encoded; null if there is no Codec. Throws BadBytes.
  void (*decode)(AnyRecords& to, ByteReader& from, std::size_t count);

  /// The name of the type, for errors.
  std::string name() const;
};

/// Whether a record can be copied. The trait of the standard library says so of any container, of
/// whatever elements; specialise this one for a class of yours that has such a container inside.
/// One whose elements are of its own type (a JSON value) is asked for itself.
template <typename Item>
inline constexpr bool is_copyable = std::is_copy_constructible_v<Item>;
template <typename Item>
  requires(!std::is_same_v<Item, std::string> &&
           requires { requires !std::is_same_v<typename Item::value_type, Item>; })
inline constexpr bool is_copyable<Item> =
    std::is_copy_constructible_v<Item> && is_copyable<typename Item::value_type>;  ///< a container
template <typename A, typename B>
inline constexpr bool is_copyable<std::pair<A, B>> = is_copyable<A> && is_copyable<B>;  ///< both
template <template <typename...> typename Of, typename... Parts>
  requires(std::is_same_v<Of<Parts...>, std::tuple<Parts...>> ||
           std::is_same_v<Of<Parts...>, std::variant<Parts...>>)
inline constexpr bool is_copyable<Of<Parts...>> = (is_copyable<Parts> && ...);  ///< all

namespace detail {

template <typename Item>
struct RecordOperations {
  using Vector = std::vector<Item>;
  static Vector& of(AnyRecords& records) { return records_as<Item>(records); }
  static const Vector& of(const AnyRecords& records) {
    return reinterpret_cast<const Vector&>(records);
  }

  static const std::type_info& type() { return typeid(Item); }
  static void construct(void* at) { new (at) Vector; }
  static void destroy(AnyRecords& records) { of(records).~Vector(); }
  static std::size_t size(const AnyRecords& records) { return of(records).size(); }
  static void clear(AnyRecords& records, std::size_t keep) {
    if (of(records).capacity() > keep) {
      Vector().swap(of(records));
    } else {
      of(records).clear();
    }
  }
  static void swap(AnyRecords& a, AnyRecords& b) { of(a).swap(of(b)); }
  static void append(AnyRecords& to, AnyRecords& from) {
    add(of(to), std::make_move_iterator(of(from).begin()), std::make_move_iterator(of(from).end()));
    of(from).clear();
  }
  static void copy(AnyRecords& to, const AnyRecords& from) {
    if constexpr (is_copyable<Item>) {
      of(to).clear();
      add(of(to), of(from).begin(), of(from).end());
    }
  }
  /// One by one if it makes no difference: that is compiled in half the time.
  template <typename Iterator>
  static void add(Vector& to, Iterator begin, Iterator end) {
    if constexpr (std::is_trivially_copyable_v<Item>) {
      to.insert(to.end(), begin, end);
    } else {
      for (; begin != end; ++begin) to.push_back(*begin);
    }
  }
  static std::size_t scatter(AnyRecords& from, std::size_t begin, std::size_t end,
                             const std::uint32_t* to, AnyRecords* const* open, std::size_t limit) {
    const auto records = of(from).begin();
    for (std::size_t i = begin; i != end; ++i) {
      AnyRecords* const target = open[to[i]];
      if (target == nullptr) return i;
      Vector& taken = of(*target);
      taken.push_back(std::move(records[static_cast<std::ptrdiff_t>(i)]));
      if (taken.size() >= limit) return i + 1;
    }
    return end;
  }

  static void print(std::ostream& out, const AnyRecords& records, std::size_t record) {
    if constexpr (Printable<Item>) print_item(out, of(records)[record]);
  }
  static void encode(std::string& to, const AnyRecords& records, std::size_t begin,
                     std::size_t end) {
    if constexpr (Encodable<Item>)
      for (std::size_t i = begin; i != end; ++i) Codec<Item>::write(to, of(records)[i]);
  }
  static void decode(AnyRecords& to, ByteReader& from, std::size_t count) {
    if constexpr (Encodable<Item>)
      for (; count != 0; --count) of(to).push_back(Codec<Item>::read(from));
  }
};

}  // namespace detail
/// The description of a type of record, whose address tells it apart.
template <typename Item>
inline constexpr RecordType record_type{
    .type = detail::RecordOperations<Item>::type,
    .record_bytes = sizeof(Item),
    .batch_capacity = tidemark::batch_capacity<Item>,
    .construct = detail::RecordOperations<Item>::construct,
    .destroy = detail::RecordOperations<Item>::destroy,
    .size = detail::RecordOperations<Item>::size,
    .clear = detail::RecordOperations<Item>::clear,
    .swap = detail::RecordOperations<Item>::swap,
    .append = detail::RecordOperations<Item>::append,
    .copy = is_copyable<Item> ? detail::RecordOperations<Item>::copy : nullptr,
    .scatter = detail::RecordOperations<Item>::scatter,
    .print = Printable<Item> ? detail::RecordOperations<Item>::print : nullptr,
    .encode = Encodable<Item> ? detail::RecordOperations<Item>::encode : nullptr,
    .decode = Encodable<Item> ? detail::RecordOperations<Item>::decode : nullptr,
};

/// @cond engine

/// A vector of some record type, owned by what is no template over it.
class RecordStore {
 public:
  explicit RecordStore(const RecordType& type) : type_(&type) { type.construct(storage_); }
  RecordStore(RecordStore&& other) noexcept : RecordStore(*other.type_) {
    type_->swap(get(), other.get());
  }
  RecordStore& operator=(RecordStore&&) = delete;
  ~RecordStore() { type_->destroy(get()); }

  const RecordType& type() const { return *type_; }
  AnyRecords& get() { return *reinterpret_cast<AnyRecords*>(storage_); }
  const AnyRecords& get() const { return *reinterpret_cast<const AnyRecords*>(storage_); }
  std::size_t size() const { return type_->size(get()); }
  void clear(std::size_t keep = RecordType::no_limit) { type_->clear(get(), keep); }
  /// A record as it is printed; the name of its type if it cannot be.
  std::string as_text(std::size_t record) const;

 private:
  const RecordType* type_;
  alignas(std::vector<bool>)
      std::byte storage_[std::max(sizeof(std::vector<bool>), sizeof(std::vector<int>))];
};

/// @endcond

}  // namespace tidemark
