#include "collect/source_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/mapped_file.h"
#include "collect/source_rows.h"
#include "mc/demangle.h"
#include "mc/dwarf_lines.h"

namespace asmforge {
namespace {

// Bounds the size of an answer, and the work that one deadline covers.
constexpr std::size_t kAddressesPerRequest = 512;

// One question to the worker.
struct Place {
  std::uint64_t address = 0;
  std::uint32_t section = DwarfLines::kNoSection;
};

std::string encode_places(std::span<const Place> places) {
  std::string bytes(places.size_bytes(), '\0');
  std::memcpy(bytes.data(), places.data(), places.size_bytes());
  return bytes;
}

std::vector<Place> decode_places(std::string_view bytes) {
  std::vector<Place> places(bytes.size() / sizeof(Place));
  std::memcpy(places.data(), bytes.data(), places.size() * sizeof(Place));
  return places;
}

// What runs in the worker.
class Reading {
 public:
  Reading(std::span<const std::uint8_t> file, std::vector<SectionPlace> layout)
      : file_(file), layout_(std::move(layout)) {}

  std::string answer(std::string_view request) {
    if (lines_ == nullptr) {
      Result<DwarfLines> opened = DwarfLines::open(file_, layout_);
      if (!opened) return encode_refusal(opened.error().what);
      lines_ = std::make_unique<DwarfLines>(std::move(*opened));
    }
    std::vector<DwarfLocation> locations;
    for (const Place& place : decode_places(request)) {
      locations.push_back(lines_->locate(place.address, place.section));
    }
    return encode_locations(locations);
  }

 private:
  std::span<const std::uint8_t> file_;
  std::vector<SectionPlace> layout_;
  std::unique_ptr<DwarfLines> lines_;
};

}  // namespace

struct SourceLines::State {
  const Binary& binary;
  WorkerLimits limits;
  std::shared_ptr<const MappedFile> debug_file;
  std::unique_ptr<Worker> worker;
  std::optional<Error> failure;

  Error fail(ErrorCode code, std::string_view reason) {
    failure =
        Error{code,
              fmt::format("the debug info of {} could not be read: {}; sources are not shown",
                          binary.debug_path.empty() ? binary.path : binary.debug_path, reason),
              ""};
    return *failure;
  }

  [[nodiscard]] std::uint32_t section_of(std::uint64_t address) const {
    const Section* section = binary.section_at(address);
    return section == nullptr ? DwarfLines::kNoSection : section->index;
  }

  Result<Done> start() {
    std::vector<SectionPlace> layout;
    if (binary.kind == FileKind::kRelocatable) {
      for (const Section& section : binary.sections) {
        layout.push_back({section.index, section.address});
      }
    }
    std::span<const std::uint8_t> file = binary.file_bytes;
    if (!binary.debug_path.empty()) {
      AF_TRY(debug_file, MappedFile::open(binary.debug_path));
      file = debug_file->bytes();
    }
    auto reading = std::make_shared<Reading>(file, std::move(layout));
    AF_TRY(Worker started,
           Worker::start([reading](std::string_view r) { return reading->answer(r); }, limits));
    worker = std::make_unique<Worker>(std::move(started));
    return Done{};
  }

  // The name in the symbol table, without what a compiler appends to a copy's name:
  // "_ZL3sumi.constprop.0".
  [[nodiscard]] std::string full_name(std::uint64_t address) const {
    const FunctionEntry* function = binary.function_containing(address);
    if (function == nullptr || !function->name.starts_with("_Z")) return {};
    return demangle(function->name.substr(0, function->name.find('.')));
  }

  Result<Done> locate(std::span<const std::uint64_t> addresses,
                      std::vector<SourceLocation>& locations) {
    std::vector<Place> places;
    places.reserve(addresses.size());
    for (const std::uint64_t address : addresses) places.push_back({address, section_of(address)});
    AF_TRY(const std::string reply, worker->ask(encode_places(places)));
    AF_TRY(std::vector<DwarfLocation> rows, decode_locations(reply, addresses.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SourceLocation& location = rows[i].source;
      if (rows[i].short_name && !location.frames.empty()) {
        if (std::string name = full_name(addresses[i]); !name.empty()) {
          location.frames.back().function = std::move(name);
        }
      }
      locations.push_back(std::move(location));
    }
    return Done{};
  }
};

SourceLines::SourceLines(const Binary& binary, const WorkerLimits& limits)
    : state_(new State{binary, limits, {}, {}, {}}) {}

SourceLines::~SourceLines() = default;
SourceLines::SourceLines(SourceLines&&) noexcept = default;
SourceLines& SourceLines::operator=(SourceLines&&) noexcept = default;

Result<std::vector<SourceLocation>> SourceLines::locate(std::span<const std::uint64_t> addresses) {
  std::vector<SourceLocation> locations;
  if (!state_->binary.has_debug_info || addresses.empty()) {
    locations.resize(addresses.size());
    return locations;
  }
  const std::optional<Error>& failure = state_->failure;
  if (failure) return *failure;
  if (state_->worker == nullptr) {
    const Result<Done> started = state_->start();
    if (!started) return state_->fail(started.error().code, started.error().what);
  }
  locations.reserve(addresses.size());
  while (locations.size() < addresses.size()) {
    const auto rest = addresses.subspan(locations.size());
    const auto located =
        state_->locate(rest.first(std::min(rest.size(), kAddressesPerRequest)), locations);
    if (!located) return state_->fail(located.error().code, "the reader " + located.error().what);
  }
  return locations;
}

}  // namespace asmforge
