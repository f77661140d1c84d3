-- For wrk: one address again and again, or (`-- new TEXT`) each time with an argument that it never had; figures as JSON.
local separator, count = nil, 0

function init(arguments)
   if arguments[1] == "new" then
      separator = (wrk.path:find("?", 1, true) and "&" or "?") .. "_new=" .. arguments[2]
   end
end

function request()
   count = count + 1
   return wrk.format(nil, separator and wrk.path .. separator .. count)
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format('\n{"requests": %d, "seconds": %.6f, "p50": %.3f, "failed": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
