-- For wrk: one address again and again, or (`-- cold TEXT`) each time another one that no cache has; figures as JSON.
local separator, count

function init(arguments)
   if arguments[1] == "cold" then
      separator = (wrk.path:find("?", 1, true) and "&" or "?") .. "_cold=" .. arguments[2]
      count = 0
   end
end

function request()
   if not separator then
      return wrk.format()
   end
   count = count + 1
   return wrk.format(nil, wrk.path .. separator .. count)
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "failed": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
      latency:percentile(99) / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
