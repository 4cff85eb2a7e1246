#include "collect/readers/reader_storage.h"

namespace asmforge {

const UnwindTable& ReaderStorage::unwind_table() const {
  std::call_once(unwind_once_, [this] { unwind_table_ = read_unwind_table(unwind); });
  return unwind_table_;
}

std::optional<UnwindEntry> ReaderStorage::unwind_entry_at(std::uint64_t address) const {
  if (has_usable_index(unwind)) return find_unwind_entry(unwind, address);
  const UnwindEntry* entry = unwind_table().containing(address);
  return entry == nullptr ? std::nullopt : std::optional(*entry);
}

const ReaderStorage& storage_of(const Binary& binary) {
  const auto* storage = dynamic_cast<const ReaderStorage*>(binary.storage.get());
  AF_CHECK(storage != nullptr);
  return *storage;
}

}  // namespace asmforge
