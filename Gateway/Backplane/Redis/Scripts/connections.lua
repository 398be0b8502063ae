#!lua flags=no-writes
-- Reads the connections of one member that are in a channel.
-- KEYS  1 generation, 2 roster
-- ARGV  1 member
-- gives 'ok' user (connection entered profile)*
local roster = redis.call('HGET', KEYS[2], ARGV[1])
if not roster then
  return {'ok', 'g'}
end
local member = cmsgpack.unpack(roster)
local answer = {'ok', member.user}
for connection, entry in pairs(member.connections) do
  answer[#answer + 1] = connection
  answer[#answer + 1] = entry.at
  answer[#answer + 1] = entry.profile
end
return answer
