#!lua
-- Lets a node be told of channels that are heard by a registry.
-- KEYS  1 generation, then registries
-- ARGV  1 the node, 2 how long an entry counts that is not renewed (ms)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'lost'}
end
for i = 2, #KEYS do
  redis.call('HSET', KEYS[i], ARGV[1], '1')
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
return {'ok'}
