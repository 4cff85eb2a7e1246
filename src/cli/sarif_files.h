// What documents in SARIF need to know of files and folders.
#pragma once

#include <string>

#include "core/binary.h"
#include "core/result.h"
#include "report/sarif.h"

namespace asmforge {

// A folder that was named, or the repository that the current folder is in, or that folder.
Result<SarifRoot> sarif_root(const std::string& named);

// The file with its hash; of an archive's member that of the member.
Result<SarifProgram> sarif_program(const Binary& binary);

}  // namespace asmforge
