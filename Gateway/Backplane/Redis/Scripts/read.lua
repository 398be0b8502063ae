#!lua flags=no-writes
-- Reads what a channel keeps, up to so many publications or bytes, but one at least.
-- KEYS  1 generation, 2 position, 3 history
-- ARGV  1 only after this offset (with 4: before it), or '', 2 publications at most, 3 bytes at most, 4 '1' for the newest first
-- gives 'ok' epoch offset kept (id publication)* | 'none' where the channel has not begun
local generation = redis.call('HGET', KEYS[1], 'id')
if not generation then
  return {'lost'}
end
local known = redis.call('HMGET', KEYS[2], 'generation', 'kept', 'epoch', 'offset')
if known[1] ~= generation or known[2] ~= '1' then
  return {'none'}
end
local answer = {'ok', known[3], known[4], tostring(redis.call('XLEN', KEYS[3]))}
local command, last = 'XRANGE', '+'
if ARGV[4] == '1' then
  command, last = 'XREVRANGE', '-'
end
local from = ARGV[1] == '' and (ARGV[4] == '1' and '+' or '-') or '(' .. ARGV[1] .. '-0'
local left, bytes = tonumber(ARGV[2]), 0
while left > 0 and bytes < tonumber(ARGV[3]) do
  local page = redis.call(command, KEYS[3], from, last, 'COUNT', math.min(left, 16))
  for _, entry in ipairs(page) do
    answer[#answer + 1] = entry[1]
    answer[#answer + 1] = entry[2][2]
    bytes = bytes + #entry[2][2]
    from = '(' .. entry[1]
  end
  left = left - #page
  if #page < 16 then
    break
  end
end
return answer
