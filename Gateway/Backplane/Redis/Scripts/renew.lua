#!lua flags=allow-oom
-- Renews the lease of a node. Where nobody has renewed for long, it was the store that was away, and nobody is taken for dead
-- before all have had time to renew.
-- KEYS  1 generation, 2 leases, 3 applied, 4 directory, 5 position of the control log
-- ARGV  1 node, 2 how long a lease is (ms), 3 how far the node has applied the control log, or '', 4 a name for another directory,
--       5 how long nobody may have renewed (ms)
-- gives 'ok' directory held? (it had not ended, so nobody has let go of anything) epoch offset (of the control log)
local generation = redis.call('HGET', KEYS[1], 'id')
if not generation then
  return {'lost'}
end
local time, span = now(), tonumber(ARGV[2])
local directory = redis.call('HMGET', KEYS[4], 'id', 'beat')
local id = directory[1] or ARGV[4]
if not directory[2] or time - tonumber(directory[2]) > tonumber(ARGV[5]) then
  redis.call('HSET', KEYS[4], 'id', id, 'quiet', whole(time + span))
end
redis.call('HSET', KEYS[4], 'beat', whole(time))
local ends = redis.call('ZSCORE', KEYS[2], ARGV[1])
local held = ends and tonumber(ends) > time
redis.call('ZADD', KEYS[2], time + span, ARGV[1])
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
end
local control = redis.call('HMGET', KEYS[5], 'generation', 'epoch', 'offset')
if control[1] ~= generation then
  control = {}
end
return {'ok', id, held and '1' or '0', control[2] or '', control[3] or ''}
