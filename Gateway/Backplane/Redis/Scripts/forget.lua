#!lua flags=allow-oom
-- Forgets a node whose lease has ended and that has nothing entered any more.
-- KEYS  1 generation, 2 leases, 3 applied, 4 what the node has entered
-- ARGV  1 node
local ends = redis.call('ZSCORE', KEYS[2], ARGV[1])
if ends and tonumber(ends) <= now() and redis.call('EXISTS', KEYS[4]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('HDEL', KEYS[3], ARGV[1])
end
return {'ok'}
