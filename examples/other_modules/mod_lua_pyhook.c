/* other_modules/mod_lua_pyhook.c: r:pyhook("module:callable", text) in mod_lua's scripts. mod_lua lets other modules
 * see each of its states before a script runs, by the optional hook lua_request. */
#include "mod_pyhook.h"

#include <apr_optional_hooks.h>
#include <http_config.h>

#include <lauxlib.h>
#include <string.h>

/* r:pyhook(callable, text): the text, a number or a bool as text, or nil; and the status, 0 if all went well. */
static int call_python(lua_State *L) {
    request_rec *r = *(request_rec **)luaL_checkudata(L, 1, "Apache2.Request");
    const char *callable = luaL_checkstring(L, 2), *text = luaL_optstring(L, 3, NULL), *answer = NULL;
    APR_OPTIONAL_FN_TYPE(pyhook_call) *call = APR_RETRIEVE_OPTIONAL_FN(pyhook_call);
    if (call == NULL)
        return luaL_error(L, "mod_pyhook is not loaded");
    const int status = call(r, callable, text, &answer);
    lua_pushstring(L, answer); /* nil for NULL */
    lua_pushinteger(L, status);
    return 2;
}

/* r:python_runs(): may r:pyhook be called here? */
static int ask_whether_python_runs(lua_State *L) {
    APR_OPTIONAL_FN_TYPE(pyhook_runs) *runs = APR_RETRIEVE_OPTIONAL_FN(pyhook_runs);
    lua_pushboolean(L, runs != NULL && runs(*(request_rec **)luaL_checkudata(L, 1, "Apache2.Request")));
    return 1;
}

/* What r.pyhook and r.python_runs are; all else is mod_lua's own business. */
static int look_up(lua_State *L) {
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "pyhook") == 0 || strcmp(name, "python_runs") == 0) {
        lua_pushcfunction(L, strcmp(name, "pyhook") == 0 ? call_python : ask_whether_python_runs);
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

/* A state serves many requests: it is extended once. The stack is left as it was, with the script's arguments on it. */
static int extend(lua_State *L, request_rec *r) {
    luaL_getmetatable(L, "Apache2.Request");
    lua_getfield(L, -1, "__index");
    if (lua_tocfunction(L, -1) != look_up) {
        lua_pushcclosure(L, look_up, 1);
        lua_setfield(L, -2, "__index");
        lua_pop(L, 1);
    } else {
        lua_pop(L, 2);
    }
    return OK;
}

static void hooks(apr_pool_t *pool) {
    apr_optional_hook_add("lua_request", (void (*)(void))extend, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(lua_pyhook) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
