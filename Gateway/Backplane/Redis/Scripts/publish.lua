#!lua
-- Publishes: the position, keeping and carrying are one step.
-- KEYS  1 generation, 2 position, 3 history, 4 keys seen, 5 their ages, 6 registry of hearers,
--       7 leases
-- ARGV  1 the channel to publish to, or '' for the registry, 2 the channel's name, 3 prefix of the nodes' channels
--       4 a new epoch, 5 publications kept, 0 for none, 6 for how long (ms), 7 how long the position is (ms), 8 the publication
--       9 idempotency key, or '', 10 hash of what it stands for, 11 the publication's id, 12 for how long (ms), 13 keys at most
--       14 the node that publishes, which has to have its lease, or ''
-- gives 'ok' epoch offset | 'seen' id epoch offset | 'conflict' | 'apart' where the node has no lease: what it was
-- permitted may be permitted no longer
local generation = redis.call('HGET', KEYS[1], 'id')
if not generation then
  return {'lost'}
end
local kept = ARGV[5] == '0' and '0' or '1'
local key, time = ARGV[9], now()
if ARGV[14] ~= '' and tonumber(redis.call('ZSCORE', KEYS[7], ARGV[14]) or 0) <= time then
  return {'apart'}
end
if key ~= '' then
  local seen = redis.call('HGET', KEYS[4], key)
  seen = seen and cmsgpack.unpack(seen)
  if seen and seen.generation == generation and seen.ends > time then
    if seen.hash ~= ARGV[10] then
      return {'conflict'}
    end
    return {'seen', seen.id, seen.epoch, seen.offset}
  end
end

-- 1. the position
local epoch, offset = begin(generation, KEYS[2], KEYS[3], kept, ARGV[4])
offset = whole(offset + 1)
redis.call('HSET', KEYS[2], 'offset', offset)
redis.call('PEXPIRE', KEYS[2], ARGV[7])

-- 2. keep it
if kept == '1' then
  redis.call('XADD', KEYS[3], 'MAXLEN', '=', ARGV[5], offset .. '-0', 'p', ARGV[8])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
if key ~= '' then
  local receipt = {generation = generation, ends = time + ARGV[12], hash = ARGV[10], id = ARGV[11], epoch = '', offset = ''}
  if kept == '1' then
    receipt.epoch, receipt.offset = epoch, offset
  end
  redis.call('HSET', KEYS[4], key, cmsgpack.pack(receipt))
  redis.call('ZADD', KEYS[5], receipt.ends, key)
  local past = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', time, 'LIMIT', 0, 100)
  if #past == 0 and redis.call('ZCARD', KEYS[5]) > tonumber(ARGV[13]) then
    past = redis.call('ZRANGE', KEYS[5], 0, 0)
  end
  if #past > 0 then
    redis.call('HDEL', KEYS[4], unpack(past))
    redis.call('ZREM', KEYS[5], unpack(past))
  end
  redis.call('PEXPIRE', KEYS[4], ARGV[12])
  redis.call('PEXPIRE', KEYS[5], ARGV[12])
end

-- 3. carry it
local message = field('1P') .. field(kept) .. field(epoch) .. field(offset) .. field(ARGV[8])
tell({channel = ARGV[1], name = ARGV[2], nodes = ARGV[3], registry = KEYS[6]}, message)
if kept == '1' then
  return {'ok', epoch, offset}
end
return {'ok', '', ''}
