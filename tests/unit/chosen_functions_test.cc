#include "cli/chosen_functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asmforge {
namespace {

using testing::ElementsAre;

TEST(ChosenFunctionsTest, NamesAreThoseThatPeopleWrite) {
  Finding finding;
  finding.function = "_ZN2ns5Table6insertIcEEvT_";
  finding.demangled = "void ns::Table::insert<char>(char)";
  for (const char* name : {"insert", "ns::Table::insert<char>", "*::insert*", "ns::*",
                           "_ZN2ns5Table6insertIcEEvT_", "void ns::Table::insert<char>(char)"})
    EXPECT_TRUE(ChosenFunctions({name}).has(finding)) << name;
  for (const char* name : {"ns", "inser", "Table", "char"})
    EXPECT_FALSE(ChosenFunctions({name}).has(finding)) << name;
  EXPECT_TRUE(ChosenFunctions({}).has(finding));
}

TEST(ChosenFunctionsTest, WhatWasInlinedThereIsChosenToo) {
  Finding finding;
  finding.function = "main";
  finding.source.frames = {{"scale", "s.h", "/src", 2, 0}, {"main", "m.c", "/src", 5, 0}};
  ChosenFunctions chosen({"scale", "nothing"});
  EXPECT_TRUE(chosen.has(finding));
  EXPECT_THAT(chosen.without_use(), ElementsAre("nothing"));
}

}  // namespace
}  // namespace asmforge
