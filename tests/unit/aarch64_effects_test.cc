// What the decoder says that instructions read and write, against what they do when QEMU
// executes them: a register that is not written keeps its value, and what is written hangs on
// nothing that is not read.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "isa/aarch64.h"
#include "mc/decoder.h"

namespace asmforge {
namespace {

using testing_support::have_tool;
using testing_support::run_tool;

constexpr unsigned kSeed = 20261127;
constexpr unsigned kWords = 60'000;

// As in tests/data/aarch64/run_words.c.
struct Registers {
  std::array<std::uint64_t, 31> x;
  std::uint64_t nzcv;
  std::array<std::array<std::uint8_t, 16>, 32> v;
};
struct Request {
  std::uint64_t word;
  Registers before;
};
struct Answer {
  std::uint64_t executed;
  Registers after;
};

// What is followed: general registers but the stack pointer, flags, the low 128 bits of vectors.
std::vector<Register> followed() {
  std::vector<Register> all;
  for (Register r = aarch64::kX0; r <= aarch64::kX30; ++r) all.push_back(r);
  all.push_back(aarch64::kNzcv);
  for (Register r = aarch64::kVector0; r < aarch64::kVector0 + 32; ++r) all.push_back(r);
  return all;
}

bool same(const Registers& a, const Registers& b, Register r) {
  if (r <= aarch64::kX30) return a.x[r] == b.x[r];
  if (r == aarch64::kNzcv) return a.nzcv == b.nzcv;
  return a.v[r - aarch64::kVector0] == b.v[r - aarch64::kVector0];
}

void randomise(Registers& registers, Register r, std::mt19937_64& random) {
  if (r <= aarch64::kX30) {
    // Small numbers too: shifts by them, lanes, comparisons that are close.
    registers.x[r] = random() >> (random() % 8 * 8);
  } else if (r == aarch64::kNzcv) {
    registers.nzcv = (random() & 0xf) << 28;
  } else {
    const std::uint64_t halves[2] = {random() >> (random() % 4 * 8), random()};
    std::memcpy(registers.v[r - aarch64::kVector0].data(), halves, sizeof halves);
  }
}

// It leaves memory, the stack pointer and the way to the next instruction alone.
bool can_be_tried(const Insn& insn) {
  constexpr InsnClasses kElsewhere = InsnClass::kLoad | InsnClass::kStore | InsnClass::kJump |
                                     InsnClass::kCall | InsnClass::kReturn | InsnClass::kTrap |
                                     InsnClass::kSystem | InsnClass::kAtomic | InsnClass::kString;
  return !insn.classes.has_any(kElsewhere) && !(insn.reads | insn.writes).contains(aarch64::kSp);
}

TEST(Aarch64Effects, AreWhatIsRead) {
  if (!have_tool("qemu-aarch64"))
    GTEST_FAIL() << "qemu-aarch64 is missing: ./dev setup installs it";
  const testing_support::ScratchDir scratch;
  const std::string runner = scratch.file("run_words");
  run_tool({"clang-19", "--target=aarch64-linux-gnu", "-O1", "-ffreestanding", "-nostdlib",
            "-static", "-fuse-ld=lld",
            std::string(ASMFORGE_SOURCE_DIR) + "/tests/data/aarch64/run_words.c", "-o", runner});

  Decoder decoder(Isa::kAarch64);
  std::mt19937_64 random(kSeed);
  const std::vector<Register> registers = followed();
  std::vector<Insn> insns;
  std::vector<Request> requests;  // two each
  std::vector<std::string> texts;
  for (unsigned i = 0; i < kWords; ++i) {
    const auto word = static_cast<std::uint32_t>(random());
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &word, sizeof word);
    Insn insn;
    if (!decoder.decode_one(bytes, 0, insn) || !can_be_tried(insn)) continue;
    insns.push_back(insn);
    texts.push_back(decoder.text(insn, bytes, Syntax::kIntel));
    Request request{word, {}};
    for (const Register r : registers) randomise(request.before, r, random);
    requests.push_back(request);
    for (const Register r : registers)
      if (!insn.reads.contains(r)) randomise(request.before, r, random);
    requests.push_back(request);
  }
  const std::string input(reinterpret_cast<const char*>(requests.data()),
                          requests.size() * sizeof(Request));
  const std::string output = run_tool({"qemu-aarch64", runner}, "", input);
  ASSERT_EQ(output.size(), requests.size() * sizeof(Answer));
  std::vector<Answer> answers(requests.size());
  std::memcpy(answers.data(), output.data(), output.size());

  std::size_t executed = 0;
  std::map<std::string, unsigned> wrong;  // by mnemonic
  for (std::size_t i = 0; i < insns.size(); ++i) {
    const Answer& one = answers[2 * i];
    const Answer& other = answers[2 * i + 1];
    if (one.executed == 0 || other.executed == 0) continue;
    ++executed;
    std::string problem;
    for (const Register r : registers) {
      const bool written = insns[i].writes.contains(r);
      if (!written && !same(requests[2 * i].before, one.after, r))
        problem += " writes " + std::string(aarch64::register_name(r));
      if (written && !same(one.after, other.after, r))
        problem += " makes of what it does not read " + std::string(aarch64::register_name(r));
    }
    if (problem.empty()) continue;
    const std::string mnemonic = texts[i].substr(0, texts[i].find(' '));
    if (wrong[mnemonic]++ == 0) ADD_FAILURE() << texts[i] << ":" << problem;
  }
  std::printf("%zu instructions executed, of %zu that were tried\n", executed, insns.size());
  EXPECT_GT(executed, 4000U);
}

}  // namespace
}  // namespace asmforge
