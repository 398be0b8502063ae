#!lua flags=no-writes
-- Finds what has to be swept: entries of a node whose lease has ended, and graces that have. The entry of a node without any is ''.
-- KEYS  1 generation, 2 leases, 3 directory, 4 graces
-- ARGV  1 prefix of what nodes have entered, 2 entries at most, 3 how long nobody may have renewed (ms)
-- gives 'ok' graces (grace)* (node entry)*
local time = now()
local graces = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', whole(time), 'LIMIT', 0, ARGV[2])
local answer = {'ok', tostring(#graces), unpack(graces)}

-- Where nobody has renewed for long, it was the store that was away: whoever renews first says for how long nobody is dead.
local known = redis.call('HMGET', KEYS[3], 'quiet', 'beat')
if not known[1] or time < tonumber(known[1]) or time - tonumber(known[2]) > tonumber(ARGV[3]) then
  return answer
end
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(time), 'LIMIT', 0, 4)) do
  local entries = redis.call('SRANDMEMBER', ARGV[1] .. node, ARGV[2])
  if #entries == 0 then
    entries = {''}
  end
  for _, entry in ipairs(entries) do
    answer[#answer + 1] = node
    answer[#answer + 1] = entry
  end
end
return answer
