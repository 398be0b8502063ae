#!lua flags=allow-oom
-- Keeps the positions of channels that somebody hears, and a node's entries among those that hear a user's channel.
-- KEYS  1 generation, then positions
-- ARGV  1 how long they are remembered (ms)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'lost'}
end
for i = 2, #KEYS do
  redis.call('PEXPIRE', KEYS[i], ARGV[1], 'GT')
end
return {'ok'}
