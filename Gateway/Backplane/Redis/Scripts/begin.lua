#!lua
-- Gives the position of a channel that keeps something, and begins it where there is none.
-- KEYS  1 generation, 2 position, 3 history
-- ARGV  1 a new epoch, 2 how long the position is remembered when nothing is published (ms), 3 '1' to forget what it keeps
-- gives 'ok' epoch offset
local generation = redis.call('HGET', KEYS[1], 'id')
if not generation then
  return {'lost'}
end
local epoch, offset = begin(generation, KEYS[2], KEYS[3], '1', ARGV[1])
if offset == 0 then
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
if ARGV[3] == '1' then
  redis.call('DEL', KEYS[3])
end
return {'ok', epoch, whole(offset)}
