#include "collect/profiles/counter_code.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "base/elf_file.h"
#include "isa/x86_64.h"
#include "mc/decoder.h"

namespace asmforge {
namespace {

constexpr std::array<std::uint8_t, 16> kKeepFlags = {
    0x50,                          // push rax
    0xb8, 0x00, 0x00, 0x00, 0x00,  // mov eax, 0
    0x9f,                          // lahf
    0x50,                          // push rax
    0xb8, 0x00, 0x00, 0x00, 0x00,  // mov eax, 0
    0x0f, 0x90, 0xc0,              // seto al
};
constexpr std::array<std::uint8_t, 4> kCount = {0xf0, 0x48, 0xff, 0x05};  // lock inc [rip + ...]
constexpr std::size_t kCountBytes = kCount.size() + 4;
constexpr std::array<std::uint8_t, 6> kPutFlagsBack = {
    0x80, 0xc0, 0x7f,  // add al, 0x7f
    0x58,              // pop rax
    0x9e,              // sahf
    0x58,              // pop rax
};
constexpr std::array<std::uint8_t, 5> kSkipRedZone = {0x48, 0x8d, 0x64, 0x24, 0x80};
constexpr std::array<std::uint8_t, 8> kBackToRedZone = {0x48, 0x8d, 0xa4, 0x24,
                                                        0x80, 0x00, 0x00, 0x00};
constexpr std::uint8_t kGs = 0x65;

// The longest nop that all decoders take in one step; shorter ones are its prefixes' lack.
constexpr std::array<std::array<std::uint8_t, 9>, 9> kNops = {{
    {0x90},
    {0x66, 0x90},
    {0x0f, 0x1f, 0x00},
    {0x0f, 0x1f, 0x40, 0x00},
    {0x0f, 0x1f, 0x44, 0x00, 0x00},
    {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
    {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
    {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
}};

// A jump over them is no gain: a few nops cost less than a taken branch.
void fill_with_nops(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kNops.size());
    std::copy_n(kNops[size - 1].begin(), size, bytes.begin());
    bytes = bytes.subspan(size);
  }
}

template <std::size_t N>
bool begins_with(std::span<const std::uint8_t> bytes, const std::array<std::uint8_t, N>& wanted) {
  return bytes.size() >= N && std::equal(wanted.begin(), wanted.end(), bytes.begin());
}

struct Site {
  std::size_t section = 0;
  std::size_t begin = 0;  // offsets in the section
  std::size_t count = 0;  // the inc
  std::size_t end = 0;
};

class CounterCode {
 public:
  CounterCode(const std::vector<CodeBytes>& code, AddressRange counters)
      : code_(code), counters_(counters), decoder_(Isa::kX86_64) {}

  CheapenedCounters cheapen() {
    for (std::size_t section = 0; section < code_.size(); ++section) find_sites(section);
    flags_cross_returns_ = any_caller_reads_flags();
    CheapenedCounters done;
    std::vector<bool> free_of_flags;
    free_of_flags.reserve(sites_.size());
    for (const Site& site : sites_)
      free_of_flags.push_back(!flags_are_read(code_[site.section].address + site.end));
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      const Site& site = sites_[i];
      const std::span<std::uint8_t> bytes = code_[site.section].bytes;
      ++done.sites;
      bytes[site.count] = kGs;
      if (!free_of_flags[i]) continue;
      ++done.without_flags;
      fill_with_nops(bytes.subspan(site.begin, site.count - site.begin));
      const std::size_t behind = site.count + kCountBytes;
      fill_with_nops(bytes.subspan(behind, site.end - behind));
    }
    return done;
  }

 private:
  void find_sites(std::size_t section) {
    const std::span<const std::uint8_t> bytes = code_[section].bytes;
    auto at = bytes.begin();
    while (true) {
      at = std::search(at, bytes.end(), kKeepFlags.begin(), kKeepFlags.end());
      if (at == bytes.end()) return;
      const auto begin = static_cast<std::size_t>(at - bytes.begin());
      ++at;
      if (std::optional<Site> site = site_at(section, begin)) {
        const std::uint64_t base = code_[section].address;
        ends_.emplace(base + site->begin, base + site->end);
        sites_.push_back(*site);
        at = bytes.begin() + static_cast<std::ptrdiff_t>(site->end);
      }
    }
  }

  [[nodiscard]] std::optional<Site> site_at(std::size_t section, std::size_t begin) const {
    const std::span<const std::uint8_t> bytes = code_[section].bytes;
    Site site{section, begin, begin + kKeepFlags.size(), 0};
    const auto count = bytes.subspan(site.count);
    if (!begins_with(count, kCount) || count.size() < kCountBytes) return std::nullopt;
    const auto distance = load<std::int32_t>(count.subspan(kCount.size()));
    const std::uint64_t behind = code_[section].address + site.count + kCountBytes;
    if (!counters_.contains(behind + static_cast<std::uint64_t>(std::int64_t{distance})))
      return std::nullopt;
    site.end = site.count + kCountBytes + kPutFlagsBack.size();
    if (!begins_with(count.subspan(kCountBytes), kPutFlagsBack)) return std::nullopt;
    const bool red_zone = begin >= kSkipRedZone.size() &&
                          begins_with(bytes.subspan(begin - kSkipRedZone.size()), kSkipRedZone) &&
                          begins_with(bytes.subspan(site.end), kBackToRedZone);
    if (red_zone) {
      site.begin -= kSkipRedZone.size();
      site.end += kBackToRedZone.size();
    }
    return site;
  }

  [[nodiscard]] std::span<const std::uint8_t> bytes_at(std::uint64_t address) const {
    for (const CodeBytes& section : code_)
      if (address >= section.address && address - section.address < section.bytes.size())
        return section.bytes.subspan(address - section.address);
    return {};
  }

  // Whether the flags as they are before `address` may be read from there on.
  bool flags_are_read(std::uint64_t address) {
    constexpr int kFarEnough = 48;  // instructions; "read" behind them
    for (int i = 0; i < kFarEnough; ++i) {
      if (const auto site = ends_.find(address); site != ends_.end()) {
        address = site->second;  // keeps the flags
        continue;
      }
      Insn insn;
      if (!decoder_.decode_one(bytes_at(address), address, insn)) return true;
      if (insn.is(InsnClass::kReturn)) return flags_cross_returns_;
      // pushf begins llvm-bolt's own stub for indirect calls, which goes on as any call does.
      if (insn.reads.contains(x86_64::kRflags)) return !(in_call_ && insn.is(InsnClass::kPush));
      if (insn.is(InsnClass::kCall)) return !is_call_of_convention(insn);
      if (writes_all_flags(insn)) return false;
      if (insn.is(InsnClass::kJump)) {
        if (insn.target == kNoAddress && in_call_) return false;  // a stub of another library
        if (insn.target == kNoAddress || insn.is(InsnClass::kConditional)) return true;
        address = insn.target;
        continue;
      }
      if (insn.classes.has_any(InsnClass::kTrap | InsnClass::kSystem)) return true;
      address = insn.end();
    }
    return true;
  }

  // inc and dec keep the carry; shifts by cl and rotates may keep all; bt keeps most.
  static bool writes_all_flags(const Insn& insn) {
    switch (insn.operation) {
      case IntegerOperation::kAdd:
      case IntegerOperation::kSubtract:
      case IntegerOperation::kNegate:
      case IntegerOperation::kAnd:
      case IntegerOperation::kOr:
      case IntegerOperation::kXor:
      case IntegerOperation::kCompare:
      case IntegerOperation::kTest: return insn.writes.contains(x86_64::kRflags);
      default: return false;
    }
  }

  // The calling convention says that flags are nothing to a function that is entered. Code
  // by hand may think otherwise; one step into what is called directly tells.
  bool is_call_of_convention(const Insn& call) {
    if (call.target == kNoAddress || in_call_) return true;
    in_call_ = true;
    const bool read = flags_are_read(call.target);
    in_call_ = false;
    return !read || bytes_at(call.target).empty();
  }

  // Nor do compilers look at flags that a call left; if anybody in the program does,
  // no return is taken to be the flags' end.
  bool any_caller_reads_flags() {
    for (const CodeBytes& section : code_) {
      std::uint64_t address = section.address;
      const std::uint64_t end = section.address + section.bytes.size();
      while (address < end) {
        Insn insn;
        if (!decoder_.decode_one(bytes_at(address), address, insn)) {
          ++address;
          continue;
        }
        address = insn.end();
        if (insn.is(InsnClass::kCall) && reads_flags_at_once(address)) return true;
      }
    }
    return false;
  }
  bool reads_flags_at_once(std::uint64_t address) {
    constexpr int kLooked = 4;  // instructions: a status in the flags is looked at first
    for (int i = 0; i < kLooked; ++i) {
      if (const auto site = ends_.find(address); site != ends_.end()) {
        address = site->second;
        continue;
      }
      Insn insn;
      if (!decoder_.decode_one(bytes_at(address), address, insn)) return false;
      if (insn.reads.contains(x86_64::kRflags)) return !insn.is(InsnClass::kSystem);
      if (insn.writes.contains(x86_64::kRflags) || insn.ends_block()) return false;
      address = insn.end();
    }
    return false;
  }

  const std::vector<CodeBytes>& code_;
  AddressRange counters_;
  Decoder decoder_;
  std::vector<Site> sites_;
  std::unordered_map<std::uint64_t, std::uint64_t> ends_;  // of sites, by their begin
  bool flags_cross_returns_ = false;
  bool in_call_ = false;
};

}  // namespace

CheapenedCounters cheapen_counters(const std::vector<CodeBytes>& code, AddressRange counters) {
  return CounterCode(code, counters).cheapen();
}

}  // namespace asmforge
