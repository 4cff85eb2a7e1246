// Names in place of the addresses in an instruction's text.
//
//     call 0x401000                                  call memcpy
//     mov rax, qword ptr [rip + 0x2ee1]              mov rax, qword ptr [rip + table+0x8]
//     lea rdi, [rip + 0xe9d]                         lea rdi, [rip + 0xe9d]   ; "usage: %s"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/binary.h"
#include "core/insn.h"

namespace asmforge {

struct NamedText {
  std::string text;     // with the name where the address was; unchanged when there is none
  std::string target;   // the demangled name, "table+0x8"; empty when there is none
  std::string comment;  // the string or floating-point constant that is read there; may be empty
};

// Names places inside the function, such as "B3"; nullopt elsewhere.
using LabelOf = std::function<std::optional<std::string>(std::uint64_t address)>;

// `text` is what Decoder::text printed, in either syntax.
NamedText with_names(const Binary& binary, const Insn& insn, std::string_view text,
                     const LabelOf& label_of);

// The demangled name of this address or of the function or object that holds it,
// with the distance from its start: "table+0x8". Empty when nothing is known.
std::string place_name(const Binary& binary, std::uint64_t address);

}  // namespace asmforge
