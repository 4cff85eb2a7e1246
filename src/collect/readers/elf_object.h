// One ELF file, linked or relocatable, to a Binary.
#pragma once

#include <memory>
#include <string>

#include "base/elf_file.h"
#include "collect/open.h"
#include "collect/readers/reader_storage.h"

namespace asmforge {

// Where an object's bytes come from.
struct ObjectInput {
  std::string path;
  std::string member;  // empty unless it is in an archive
  Bytes bytes;
  std::vector<std::shared_ptr<const MappedFile>> files;  // kept as long as the Binary
};

Result<Binary> read_elf_object(const ObjectInput& input, const OpenOptions& options);

}  // namespace asmforge
