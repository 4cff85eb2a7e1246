# The headers that nearly every file includes, compiled once. Sources then take
# about a third less processor time, tests about half. A compiler cache cannot serve files that
# use them, so this is off unless asked for: `./dev` asks where there is no ccache.
option(ASMFORGE_PRECOMPILE "Compile common headers once" OFF)

set(common_headers
    algorithm array cstdint filesystem fstream functional map memory optional
    ranges span sstream string string_view thread unordered_map variant vector
    fmt/format.h)

# asmforge_precompile(target headers...) compiles them for `target`; with FROM other, uses those
# of `other`, which must be compiled with the same flags.
function(asmforge_precompile target)
  cmake_parse_arguments(PRECOMPILE "" "FROM" "" ${ARGN})
  if(NOT ASMFORGE_PRECOMPILE OR NOT TARGET ${target})
    return()
  endif()
  if(PRECOMPILE_FROM)
    target_precompile_headers(${target} REUSE_FROM ${PRECOMPILE_FROM})
  else()
    foreach(header IN LISTS PRECOMPILE_UNPARSED_ARGUMENTS)  # some rooms have C files as well
      target_precompile_headers(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:<${header}$<ANGLE-R>>")
    endforeach()
  endif()
endfunction()
