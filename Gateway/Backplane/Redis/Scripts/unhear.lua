#!lua flags=allow-oom
-- Lets a node be told of a channel no longer.
-- KEYS  1 generation, 2 registry
-- ARGV  1 the node
redis.call('HDEL', KEYS[2], ARGV[1])
return {'ok'}
