// SPDX-License-Identifier: MIT
#include <tidemark/operators/sources/read_json.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tidemark {
namespace {

using nlohmann::json;

/// The library's message without its own number and place.
std::string reason_of(const json::exception& error) {
  std::string reason = error.what();
  for (const char* before : {"column ", ": "}) {
    const std::size_t at = reason.find(before);
    if (at != std::string::npos) reason.erase(0, at + std::string(before).size());
  }
  return reason;
}

/// The parser puts the decimal point of the program's locale into the numbers that it finds.
std::string as_written(std::string number) {
  for (char& c : number)
    if (std::string_view("+-0123456789eE").find(c) == std::string_view::npos) c = '.';
  return number;
}

/// Builds a value from what the library's parser finds. It stops at the first mistake; where it has
/// none of the parser's own column it asks for the bytes that the parser has taken.
class Builder {
 public:
  explicit Builder(json& root) : root_(&root) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  /// The parser has this for numbers with a sign: an integer that is 0 was -0, which only a double
  /// is.
  bool number_integer(std::int64_t value) { return value == 0 ? put(-0.0) : put(value); }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  bool number_float(double value, const std::string& token) {
    if (token.find_first_not_of("-0123456789") == std::string::npos)
      return refuse(token,
                    "the number " + token + " does not fit into 64 bits; write it as a string");
    if (value == 0 && token.find_first_of("123456789") < token.find_first_of("eE")) {
      const std::string text = as_written(token);
      return refuse(text,
                    "the number " + text + " is too small for a double; write it as a string");
    }
    return put(value);
  }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(json::binary_t&) { return false; }  // not in JSON

  bool start_object(std::size_t) { return open(json::value_t::object); }
  bool key(std::string& name) {
    auto& members = open_.back()->get_ref<json::object_t&>();
    const auto [member, is_new] = members.try_emplace(std::move(name));
    if (!is_new) return refuse({}, "the key '" + member->first + "' is in this object twice");
    member_ = &member->second;
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(json::value_t::array); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t position, const std::string& token, const json::exception& error) {
    if (dynamic_cast<const json::out_of_range*>(&error) != nullptr) {
      const std::string text = as_written(token);
      return refuse(text,
                    "the number " + text + " is too great for a double; write it as a string");
    }
    column_ = position;
    reason_ = reason_of(error);
    return false;
  }

  const std::string& reason() const { return reason_; }
  const std::string& token() const { return token_; }
  /// Of the mistake, if the parser has told it.
  std::optional<std::size_t> column() const { return column_; }

 private:
  template <typename Value>
  bool put(Value&& value) {
    add(std::forward<Value>(value));
    return true;
  }

  template <typename Value>
  json* add(Value&& value) {
    if (open_.empty()) return &(*root_ = json(std::forward<Value>(value)));
    json& in = *open_.back();
    if (in.is_array())
      return &in.get_ref<json::array_t&>().emplace_back(std::forward<Value>(value));
    return &(*member_ = json(std::forward<Value>(value)));
  }

  bool open(json::value_t type) {
    if (open_.size() == deepest_json)
      return refuse({}, "it is more than " + std::to_string(deepest_json) + " levels deep");
    open_.push_back(add(type));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool refuse(const std::string& token, std::string reason) {
    token_ = token;
    reason_ = std::move(reason);
    return false;
  }

  json* root_;
  boost::container::small_vector<json*, 8> open_;  // arrays and objects, from the outermost
  json* member_ = nullptr;  // of the innermost, if an object, that waits for its value
  std::optional<std::size_t> column_;
  std::string token_;
  std::string reason_;
};

/// Characters that tell how many of them have been taken.
class CountedChars {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountedChars(const char* at, std::size_t& taken) : at_(at), taken_(&taken) {}
  reference operator*() const { return *at_; }
  CountedChars& operator++() {
    ++at_;
    ++*taken_;
    return *this;
  }
  friend bool operator==(const CountedChars& a, const CountedChars& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  std::size_t* taken_;
};

/// The column at which a builder stops: where the token begins that it refuses.
std::size_t column_of_mistake(std::string_view text) {
  json value;
  Builder builder(value);
  std::size_t taken = 0;
  json::sax_parse(CountedChars(text.data(), taken), CountedChars(text.data() + text.size(), taken),
                  &builder);
  const std::string& token = builder.token();
  if (token.empty()) return taken;
  return text.rfind(token, taken - std::min(taken, token.size())) + 1;
}

}  // namespace

json read_json(std::string_view text) {
  json value;
  Builder builder(value);
  if (text.starts_with("\xEF\xBB\xBF"))
    throw JsonError(1, "a byte order mark; only the first line may begin with one");
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    throw JsonError(zero + 1, "a byte that is 0; in a string it is written \\u0000");
  if (json::sax_parse(text.begin(), text.end(), &builder)) return value;
  throw JsonError(builder.column() ? *builder.column() : column_of_mistake(text), builder.reason());
}

}  // namespace tidemark
