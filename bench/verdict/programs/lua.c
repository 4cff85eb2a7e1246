/* Lua runs a small script: closures, tables, strings, floating point. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include "text.h"

static const char script[] =
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
    "function pass(k)\n"
    "  local t, s = {}, 0\n"
    "  for i = 1, 200 do t[i] = (i * 7919 + k) % 1009 end\n"
    "  for i = 2, #t do if t[i] > t[i - 1] then s = s + t[i] else s = s - i * 0.5 end end\n"
    "  local u = setmetatable({}, {__index = function(_, i) return i * 2 end})\n"
    "  for i = 1, 100 do s = s + u[i] end\n"
    "  return math.floor(s) + fib(10) + #(tostring(k) .. 'x')\n"
    "end\n";

int main(int argc, char** argv) {
  uint64_t sum = 0;
  lua_State* const state = luaL_newstate();
  expect(state != NULL, "luaL_newstate");
  luaL_openlibs(state);
  expect(luaL_dostring(state, script) == LUA_OK, "the script");
  /* A collection would depend on where memory is. */
  lua_gc(state, LUA_GCSTOP);
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
