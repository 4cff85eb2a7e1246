#include "collect/profiles/counter_tables.h"

#include <algorithm>

#include "base/elf_file.h"

namespace asmforge {
namespace {

constexpr std::uint32_t kNoCounter = ~std::uint32_t{0};
constexpr std::uint32_t kMaxNodes = 1U << 20;     // of a function
constexpr std::uint32_t kMaxCounters = 1U << 26;  // 512 MB of them
constexpr std::size_t kPlaceBytes = 8;

// Reads from front to back; after the first read beyond the end all is zero and `failed`.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  template <class T>
  T read() {
    if (rest_.size() < sizeof(T)) {
      fail();
      return T{};
    }
    const T value = load<T>(rest_);
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  void skip(std::size_t bytes) { take(bytes); }
  Bytes take(std::size_t bytes) {
    if (bytes > rest_.size()) {
      fail();
      return {};
    }
    const Bytes taken = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return taken;
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  Bytes rest_;
  bool failed_ = false;
};

class FunctionReader {
 public:
  FunctionReader(Reader& reader, CounterTables& tables) : reader_(reader), tables_(tables) {}

  void read() {
    CountedFunction function;
    for (std::uint32_t n = count(); n > 0; --n) {
      const std::uint32_t node = read_node();
      function.blocks.push_back({node, counter().value_or(0)});
    }
    for (std::uint32_t n = count(); n > 0; --n) function.edges.push_back(edge());
    for (std::uint32_t n = count(); n > 0; --n) function.calls.push_back(call());
    for (std::uint32_t n = count(); n > 0; --n) {
      const auto node = reader_.read<std::uint64_t>();
      if (node > kMaxNodes) reader_.fail();
      function.entries.push_back({static_cast<std::uint32_t>(node), reader_.read<std::uint64_t>()});
    }
    if (!reader_.failed()) tables_.functions.push_back(std::move(function));
  }

 private:
  // How many follow; none once the reader has failed, so that no loop runs on.
  std::uint32_t count() {
    const auto n = reader_.read<std::uint32_t>();
    if (n > 4 * kMaxNodes) reader_.fail();
    return reader_.failed() ? 0 : n;
  }
  std::uint32_t read_node() {
    const auto node = reader_.read<std::uint32_t>();
    if (node > kMaxNodes) reader_.fail();
    return node;
  }
  std::uint32_t offset() {
    reader_.skip(kPlaceBytes / 2);  // the name: the entry's address says which function it is
    return reader_.read<std::uint32_t>();
  }
  std::optional<std::uint32_t> counter() {
    const auto number = reader_.read<std::uint32_t>();
    if (number == kNoCounter) return std::nullopt;
    if (number > kMaxCounters) reader_.fail();
    if (!reader_.failed()) tables_.counters = std::max(tables_.counters, number + 1);
    return number;
  }
  CountedEdge edge() {
    CountedEdge edge;
    edge.from_offset = offset();
    edge.from_node = read_node();
    edge.to_offset = offset();
    edge.to_node = read_node();
    edge.counter = counter();
    return edge;
  }
  CountedCall call() {
    CountedCall call;
    call.from_offset = offset();
    call.from_node = read_node();
    reader_.skip(kPlaceBytes);
    call.counter = counter();
    reader_.skip(sizeof(std::uint64_t));
    return call;
  }

  Reader& reader_;
  CounterTables& tables_;
};

Error unreadable() {
  return {ErrorCode::kUnavailable, "the tables that llvm-bolt wrote are not as expected",
          "use llvm-bolt 19, or count under QEMU without --native"};
}

}  // namespace

Result<CounterTables> read_counter_tables(std::span<const std::uint8_t> note) {
  Reader header(note);
  const auto name_bytes = header.read<std::uint32_t>();
  const auto content_bytes = header.read<std::uint32_t>();
  header.skip(sizeof(std::uint32_t));  // its type
  header.skip((std::uint64_t{name_bytes} + 3) / 4 * 4);
  Reader content(header.take(content_bytes));
  content.skip(content.read<std::uint32_t>());  // indirect calls
  content.skip(content.read<std::uint32_t>());  // their targets
  CounterTables tables;
  Reader functions(content.take(content.read<std::uint32_t>()));
  while (!functions.at_end()) FunctionReader(functions, tables).read();
  if (header.failed() || content.failed() || functions.failed() || tables.functions.empty())
    return unreadable();
  return tables;
}

}  // namespace asmforge
