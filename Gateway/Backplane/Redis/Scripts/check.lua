#!lua flags=no-writes
-- Tells how far channels are, so that a node sees what it was not told.
-- KEYS  1 generation, then positions
-- gives 'ok' (epoch offset)*; empty texts for a channel that has not begun
local generation = redis.call('HGET', KEYS[1], 'id')
if not generation then
  return {'lost'}
end
local answer = {'ok'}
for i = 2, #KEYS do
  local known = redis.call('HMGET', KEYS[i], 'generation', 'kept', 'epoch', 'offset')
  local counts = known[1] == generation and known[2] == '1'
  answer[#answer + 1] = counts and known[3] or ''
  answer[#answer + 1] = counts and known[4] or ''
end
return answer
