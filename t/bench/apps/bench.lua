-- mod_lua's part of the cases.
require "apache2"

function hello(r)
    r.content_type = "text/plain"
    r:write("Hello World!")
    return apache2.OK
end

function headers(r)
    local _ = { r.method, r.uri, r.args, r.useragent_ip }
    r.headers_out["X-Bench"] = r.headers_in["User-Agent"] and "agent" or "none"
    return hello(r)
end

function look(r)
    return r.uri ~= "" and apache2.OK or 400
end

function pass_on(r)
    return r.uri ~= "" and apache2.DECLINED or 400
end

function note(r)
    r.notes["bench"] = r.uri
    return apache2.OK
end

function lower(r)
    local key = r.uri:match("^/map/(.*)")
    if key then
        r.uri = "/" .. key:lower() .. ".txt"
    end
    return apache2.DECLINED
end

function filter_upper(r)
    coroutine.yield()
    while bucket do
        coroutine.yield(bucket:upper())
    end
end

function filter_through(r)
    coroutine.yield()
    while bucket do
        coroutine.yield(bucket)
    end
end
