-- What r:pyhook gives, and that the rest of r is as it was.
function handle(r)
    local asked = r:parseargs()
    if not asked.call then
        r:puts(tostring(r:python_runs()))
        return apache2.OK
    end
    local answer, status = r:pyhook("other_callables:" .. asked.call, asked.text)
    r.content_type = "text/plain"
    r:puts(tostring(answer) .. " " .. status)
    return apache2.OK
end
