// All that `show` prints of one function, gathered.
#pragma once

#include "cli/source_text.h"
#include "collect/stream.h"
#include "core/profile.h"
#include "mc/decoder.h"
#include "report/writers/listing.h"

namespace asmforge {

struct ListingOptions {
  Syntax syntax = Syntax::kIntel;
  bool sources = true;
  const Profile* profile = nullptr;       // of which `counts` is a part
  const ProfileModule* counts = nullptr;  // nullptr without a profile
};

// Refers to the view, and to `source_text` for as long as it is written.
Listing make_listing(const FunctionView& view, const ListingOptions& options,
                     SourceText& source_text);

}  // namespace asmforge
