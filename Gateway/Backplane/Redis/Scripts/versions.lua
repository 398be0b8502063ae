#!lua flags=no-writes
-- Tells the versions of rosters, so that a node sees what it was not told.
-- KEYS  1 generation, then rosters
-- gives 'ok' (version)*
local answer = {'ok'}
for i = 2, #KEYS do
  answer[#answer + 1] = redis.call('HGET', KEYS[i], '') or '0'
end
return answer
