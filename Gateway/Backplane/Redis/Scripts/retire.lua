#!lua flags=allow-oom
-- Ends the lease of a node. What it has entered and not taken out goes with the next sweep.
-- KEYS  1 generation, 2 leases, 3 applied, 4 what the node has entered
-- ARGV  1 node
if redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
redis.call('HDEL', KEYS[3], ARGV[1])
return {'ok'}
