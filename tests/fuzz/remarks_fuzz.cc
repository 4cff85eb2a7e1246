// Files of remarks: never a crash, each document is counted once, and what is read can be
// decoded.
#include <cstdint>
#include <string_view>

#include "collect/remarks/read_remarks.h"
#include "core/error.h"

using namespace asmforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!why_no_remarks(text).empty()) return 0;
  std::uint64_t visited = 0;
  std::size_t decoded = 0;
  const RemarkCounts counts = read_remarks(text, [&](const RawRemark& remark) {
    ++visited;
    for (const YamlScalar* scalar : {&remark.pass, &remark.name, &remark.function}) {
      AF_CHECK(equals(*scalar, text_of(*scalar)));
      decoded += text_of(*scalar).size();
    }
    if (remark.place) decoded += text_of(remark.place->file).size();
    for (const RawRemarkArgument& argument : remark.arguments)
      decoded += text_of(argument.key).size();
    decoded += remark.message().size();
  });
  AF_CHECK(visited == counts.remarks);
  // "\L" stands for three bytes.
  AF_CHECK(decoded <= 2 * (size + 1));
  AF_CHECK((counts.unreadable == 0) == (counts.first_unreadable_line == 0));
  AF_CHECK((counts.unreadable == 0) == counts.first_reason.empty());
  return 0;
}
