#!lua flags=allow-oom
-- Says how far a node that has a lease has applied the control log.
-- KEYS  1 generation, 2 leases, 3 applied
-- ARGV  1 node, 2 how far
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
end
return {'ok'}
