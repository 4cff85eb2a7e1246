// Where the functions that changed are among the inputs of a link.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "measure/layouts/capture.h"
#include "measure/layouts/object_text.h"

namespace asmforge {

// An object among a link's inputs, or a member of an archive there.
struct ObjectPlace {
  std::size_t input = 0;
  std::optional<std::size_t> member;
  friend auto operator<=>(const ObjectPlace&, const ObjectPlace&) = default;
};

struct ChangedObject {
  ObjectPlace place;
  std::string name;  // of the file or member
  std::vector<DefinedFunction> functions;
};

// In link order, objects before archives. A function that several objects define is in
// each of them; the linker takes one.
Result<std::vector<ChangedObject>> find_changed_objects(const Capture& capture,
                                                        const LinkStep& link,
                                                        const std::vector<std::string>& functions);

// The first definition of each of `functions` that there is, in their order.
std::vector<DefinedFunction> first_definitions(const std::vector<ChangedObject>& objects,
                                               const std::vector<std::string>& functions);

// The bytes of an object.
Result<std::vector<std::uint8_t>> object_bytes(const Capture& capture, const LinkStep& link,
                                               const ObjectPlace& place);

// Writes the objects, and archives made anew around those that are members, below
// `directory` by content; which file stands for which input.
Result<std::map<std::size_t, std::string>> write_changed_inputs(
    const Capture& capture, const LinkStep& link, const std::string& directory,
    const std::map<ObjectPlace, std::vector<std::uint8_t>>& contents);

// Why functions of this link cannot be moved one by one: it is link-time optimised.
// Empty when they can.
std::string link_time_optimised(const LinkStep& link);

}  // namespace asmforge
