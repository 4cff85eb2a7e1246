#include "collect/readers/reader_storage.h"

namespace asmforge {

const UnwindTable& ReaderStorage::unwind_table() const {
  std::call_once(unwind_once_,
                 [this] { unwind_table_ = read_unwind_table(unwind_bytes, unwind_address); });
  return unwind_table_;
}

const ReaderStorage& storage_of(const Binary& binary) {
  const auto* storage = dynamic_cast<const ReaderStorage*>(binary.storage.get());
  AF_CHECK(storage != nullptr);
  return *storage;
}

}  // namespace asmforge
