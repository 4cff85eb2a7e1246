// What a Binary made by our readers keeps alive, and what it answers lazily.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "collect/readers/loader_relocations.h"
#include "collect/readers/unwind_table.h"
#include "core/binary.h"

namespace asmforge {

struct ReaderStorage : BinaryStorage {
  // The file itself, and the archive it was named in. Empty when the bytes were
  // given in memory; their owner must then outlive the Binary.
  std::vector<std::shared_ptr<const MappedFile>> files;
  std::vector<std::uint8_t> image;  // a relocatable's sections, linked
  UnwindSections unwind;
  LoaderRelocations relocations;

  // Read on first use; safe from several threads.
  [[nodiscard]] const UnwindTable& unwind_table() const;
  // One entry, without reading the whole table when the file has an index of it.
  [[nodiscard]] std::optional<UnwindEntry> unwind_entry_at(std::uint64_t address) const;

 private:
  mutable std::once_flag unwind_once_;
  mutable UnwindTable unwind_table_;
};

// Only for a Binary that our readers made.
const ReaderStorage& storage_of(const Binary& binary);

}  // namespace asmforge
