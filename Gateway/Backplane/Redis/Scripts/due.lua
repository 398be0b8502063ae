#!lua flags=no-writes
-- Finds what has to be swept: entries of a node whose lease has ended, and graces that have. The entry of a node without any is ''.
-- KEYS  1 generation, 2 leases, 3 directory, 4 graces
-- ARGV  1 prefix of what nodes have entered, 2 entries at most
-- gives 'ok' graces (grace)* (node entry)*
local time = now()
local graces = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', whole(time), 'LIMIT', 0, ARGV[2])
local answer = {'ok', tostring(#graces), unpack(graces)}
local quiet = redis.call('HGET', KEYS[3], 'quiet')
if not quiet or time < tonumber(quiet) then
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
