#!lua
-- Remembers a record, unless a later one is known under its key.
-- KEYS  1 generation, 2 records, 3 when they end
-- ARGV  1 key, 2 when it was said, as text that sorts, 3 when it may be forgotten (ms), 4 the record
local known = redis.call('HGET', KEYS[2], ARGV[1])
if known and string.sub(known, 1, #ARGV[2]) > ARGV[2] then
  return {'ok'}
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ARGV[4])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
local past = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now()), 'LIMIT', 0, 100)
if #past > 0 then
  redis.call('HDEL', KEYS[2], unpack(past))
  redis.call('ZREM', KEYS[3], unpack(past))
end
return {'ok'}
