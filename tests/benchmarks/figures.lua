-- What wrk has found, in one line: microseconds, and a field for each kind of failure.
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("figures: requests=%d duration=%d p99=%d failed=%d refused=%d lost=%d late=%d\n",
    summary.requests, summary.duration, latency:percentile(99), errors.status, errors.connect,
    errors.read + errors.write, errors.timeout))
end
