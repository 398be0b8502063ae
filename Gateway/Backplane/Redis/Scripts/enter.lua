#!lua
-- Puts a connection into a channel, or takes what is new of it.
-- KEYS  1 generation, 2 roster, 3 order of its members, 4 connections by channel, 5 channels in use, 6 graces,
--       7 registry of hearers, 8 what the node has entered, 9 leases
-- ARGV  1 the channel to tell, or '' for the registry, 2 the channel's name, 3 prefix of the nodes' channels, 4 prefix of what nodes
--       have entered, 5 node, 6 member, 7 'u' and the user, or 'g', 8 connection, 9 when it entered, 10 profile, or '',
--       11 what tells profiles apart, 12 'enter' | 'restore' after others may have let go of it | 'quiet' after the store has,
--       13 members up to whom changes are told, 14 entry of this connection among those of its node, 15 entry among the graces
local roster = redis.call('HGET', KEYS[2], ARGV[6])
local member = roster and cmsgpack.unpack(roster)
local target = {channel = ARGV[1], name = ARGV[2], nodes = ARGV[3], registry = KEYS[7]}
local known = member and member.connections[ARGV[8]]
if known and ARGV[12] ~= 'enter' and known.profile == ARGV[10] then
  return {'ok'}
end

local change
if not member then
  member = {user = ARGV[7], joined = ARGV[9], profile = ARGV[10], digest = ARGV[11], connections = {}, expected = {}, count = 0}
  change = 'join'
elseif ARGV[10] ~= '' and ARGV[11] ~= member.digest then
  member.profile, member.digest = ARGV[10], ARGV[11]
  change = 'update'
end
member.connections[ARGV[8]] = {node = ARGV[5], at = ARGV[9], profile = ARGV[10]}
if known and known.node ~= ARGV[5] then
  redis.call('SREM', ARGV[4] .. known.node, ARGV[14])
elseif not known then
  member.count = member.count + 1
  if #member.expected > 0 then
    table.remove(member.expected, 1)
    if #member.expected == 0 then
      redis.call('ZREM', KEYS[6], ARGV[15])
    else
      redis.call('ZADD', KEYS[6], member.expected[1].ends, ARGV[15])
    end
  end
  if redis.call('HINCRBY', KEYS[4], ARGV[2], 1) == 1 and string.sub(ARGV[2], 1, 1) ~= '$' then
    redis.call('ZADD', KEYS[5], 0, ARGV[2])
  end
end
redis.call('HSET', KEYS[2], ARGV[6], cmsgpack.pack(member))
redis.call('ZADD', KEYS[3], 0, ARGV[6])
redis.call('SADD', KEYS[8], ARGV[14])

-- What is entered is swept by its node's lease: one that has none, or none any more, has one that has ended.
redis.call('ZADD', KEYS[9], 'NX', 0, ARGV[5])
if change then
  announce(KEYS[2], KEYS[3], target, ARGV[12] == 'quiet', tonumber(ARGV[13]), change, ARGV[6], member, ARGV[8], redis.call('ZCARD', KEYS[3]))
end
return {'ok'}
