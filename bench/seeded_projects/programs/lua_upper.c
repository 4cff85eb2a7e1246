/* Lua writes notes in upper case: PASSES. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include "text.h"

static const char script[] =
    "local words = {}\n"
    "for i = 1, 50 do words[i] = 'word' .. i end\n"
    "local note = table.concat(words, ' ')\n"
    "function pass(k)\n"
    "  local size = 0\n"
    "  for i = 1, 100 do size = size + #string.upper(note .. (k + i)) end\n"
    "  return size\n"
    "end\n";

int main(int argc, char** argv) {
  uint64_t sum = 0;
  lua_State* const state = luaL_newstate();
  expect(state != NULL, "luaL_newstate");
  luaL_openlibs(state);
  expect(luaL_dostring(state, script) == LUA_OK, "the script");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    lua_getglobal(state, "pass");
    lua_pushinteger(state, pass);
    expect(lua_pcall(state, 1, 1, 0) == LUA_OK, "a pass");
    sum = sum * 31 + (uint64_t)lua_tointeger(state, -1);
    lua_pop(state, 1);
  }
  printf("%" PRIx64 "\n", sum);
  lua_close(state);
  return 0;
}
