// The notes on an archive's members as notes on the archive.
#pragma once

#include <string>
#include <vector>

namespace asmforge {

// One note for all that say the same: "no debug information (20 members)". Those that
// begin with a number are added up: "73 bytes ..." and "926 bytes ..." become
// "999 bytes ... (2 members)". In the order in which each was first said.
std::vector<std::string> total_notes(const std::vector<std::vector<std::string>>& of_members);

}  // namespace asmforge
