-- After "--" comes the file of a body to post.
function init(words)
    if words[1] then
        wrk.method = "POST"
        local file = io.open(words[1], "rb")
        wrk.body = file:read("*a")
        file:close()
    end
end

-- What wrk has counted, as one line of JSON.
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format('{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
