// The files of remarks that the user named: files, or folders in which a build left them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collect/remarks/read_remarks.h"
#include "core/result.h"

namespace asmforge {

// Each file once. Of a folder all below it whose names are those that compilers give
// ("a.opt.yaml", of LTO "a.out.opt.ld.yaml.thin.1.yaml"), in the order of their names; none
// there is an error.
Result<std::vector<std::string>> find_remark_files(const std::vector<std::string>& paths);

// Reads one. A file without a byte has no remarks: clang writes such when it has nothing to say.
Result<RemarkCounts> read_remark_file(const std::string& path,
                                      const std::function<void(const RawRemark&)>& visit,
                                      const std::function<bool()>& should_stop = {});

}  // namespace asmforge
