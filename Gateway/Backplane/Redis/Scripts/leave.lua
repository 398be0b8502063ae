#!lua flags=allow-oom
-- Takes a connection out of a channel, or what was expected back and did not come in time.
-- KEYS  1 generation, 2 roster, 3 order of its members, 4 connections by channel, 5 channels in use, 6 graces, 7 registry of hearers,
--       8 leases
-- ARGV  1 the channel to tell, or '' for the registry, 2 the channel's name, 3 prefix of the nodes' channels, 4 prefix of what nodes
--       have entered, 5 member, 6 connection, or '' for those whose grace has ended, 7 for how long it is expected back (ms),
--       8 members up to whom changes are told, 9 entry of this connection among those of its node, 10 entry among the graces
--       11 the node of which it has to be, or '', 12 '1' when only because the lease of that node has ended
if ARGV[12] == '1' and tonumber(redis.call('ZSCORE', KEYS[8], ARGV[11]) or 0) > now() then
  return {'ok', '0'}
end
local roster = redis.call('HGET', KEYS[2], ARGV[5])
if not roster then
  redis.call('ZREM', KEYS[6], ARGV[10])
  if ARGV[11] ~= '' then
    redis.call('SREM', ARGV[4] .. ARGV[11], ARGV[9])
  end
  return {'ok', '0'}
end
local member = cmsgpack.unpack(roster)
local target = {channel = ARGV[1], name = ARGV[2], nodes = ARGV[3], registry = KEYS[7]}
local time = now()
local cause = ARGV[6]
if cause == '' then
  while #member.expected > 0 and member.expected[1].ends <= time do
    cause = table.remove(member.expected, 1).connection
  end
  if cause == '' then
    return {'ok', '0'}
  end
else
  local known = member.connections[cause]
  if not known or (ARGV[11] ~= '' and known.node ~= ARGV[11]) then
    if ARGV[11] ~= '' then
      redis.call('SREM', ARGV[4] .. ARGV[11], ARGV[9])
    end
    return {'ok', '0'}
  end
  member.connections[cause] = nil
  member.count = member.count - 1
  redis.call('SREM', ARGV[4] .. known.node, ARGV[9])
  if redis.call('HINCRBY', KEYS[4], ARGV[2], -1) <= 0 then
    redis.call('HDEL', KEYS[4], ARGV[2])
    redis.call('ZREM', KEYS[5], ARGV[2])
  end
  if tonumber(ARGV[7]) > 0 then
    member.expected[#member.expected + 1] = {ends = time + ARGV[7], connection = cause}
    table.sort(member.expected, function(one, other) return one.ends < other.ends end)
  end
end

if #member.expected > 0 then
  redis.call('ZADD', KEYS[6], member.expected[1].ends, ARGV[10])
else
  redis.call('ZREM', KEYS[6], ARGV[10])
end
if member.count > 0 or #member.expected > 0 then
  redis.call('HSET', KEYS[2], ARGV[5], cmsgpack.pack(member))
  return {'ok', '1'}
end

local before = redis.call('ZCARD', KEYS[3])
redis.call('HDEL', KEYS[2], ARGV[5])
redis.call('ZREM', KEYS[3], ARGV[5])
announce(KEYS[2], KEYS[3], target, false, tonumber(ARGV[8]), 'leave', ARGV[5], member, cause, before)
return {'ok', '1'}
