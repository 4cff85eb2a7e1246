// Opening linked ELF files: the test reads its own program.
#include <gnu/libc-version.h>

#include <algorithm>

#include "elf_test_support.h"

namespace asmforge {

extern "C" __attribute__((noinline, used)) int elf_open_test_function(int x) { return x * 3; }

namespace {

using elf_test::error_of;
using elf_test::function_named;
using elf_test::open_one;

TEST(OpenLinked, FindsSectionsFunctionsAndImportsOfThisProgram) {
  const Binary binary = open_one("/proc/self/exe");
  EXPECT_TRUE(binary.has_symbol_table);
  const FunctionEntry* function = function_named(binary, "elf_open_test_function");
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(function->origin, FunctionOrigin::kSymbol);
  EXPECT_TRUE(function->size_known);
  EXPECT_EQ(binary.function_at(function->address), function);

  const Section* text = binary.section_at(function->address);
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->name, ".text");
  EXPECT_TRUE(text->executable);
  const auto bytes = binary.bytes_at(function->address, function->size);
  EXPECT_EQ(bytes.size(), function->size);

  // Not memcpy: with the address sanitizer that is a function of this program.
  constexpr std::string_view kImport = "gnu_get_libc_version";
  ASSERT_NE(gnu_get_libc_version(), nullptr);
  bool stub = false;
  bool slot = false;
  for (const Import& import : binary.imports) {
    stub = stub || (import.kind == Import::Kind::kPltStub && import.name == kImport);
    slot = slot || (import.kind == Import::Kind::kGotSlot && import.name == kImport);
  }
  EXPECT_TRUE(stub && slot);
  EXPECT_TRUE(check_unchanged(binary).has_value());
}

TEST(OpenLinked, SymbolsAloneWhenFunctionsAreNotAskedFor) {
  const Binary symbols_only =
      open_one("/proc/self/exe", {.debug_file = "", .find_functions = false});
  EXPECT_NE(function_named(symbols_only, "elf_open_test_function"), nullptr);
  EXPECT_TRUE(std::all_of(
      symbols_only.functions.begin(), symbols_only.functions.end(),
      [](const FunctionEntry& function) { return function.origin == FunctionOrigin::kSymbol; }));
}

TEST(OpenInput, SaysInOneSentenceWhatIsWrong) {
  EXPECT_EQ(error_of("/"), "/: is a directory");
  EXPECT_EQ(error_of("/dev/null"), "/dev/null: is a device");
  EXPECT_EQ(error_of("/no/such"), "/no/such: there is no such file");
  EXPECT_EQ(error_of("/etc/os-release"), "/etc/os-release: is neither an ELF file nor an archive");
}

}  // namespace
}  // namespace asmforge
