#!lua flags=no-writes
-- Lists channels that some connection is in, in the order of their names.
-- KEYS  1 generation, 2 connections by channel, 3 channels in use
-- ARGV  1 where to begin, as ZRANGEBYLEX reads it, 2 what the names begin with, 3 channels at most
-- gives 'ok' last? (name connections)*
local limit = tonumber(ARGV[3])
local names = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[1], '+', 'LIMIT', 0, limit + 1)
local answer = {'ok', '1'}
for i, name in ipairs(names) do
  if string.sub(name, 1, #ARGV[2]) ~= ARGV[2] then
    break
  end
  if i > limit then
    answer[2] = '0'
    break
  end
  answer[#answer + 1] = name
  answer[#answer + 1] = redis.call('HGET', KEYS[2], name) or '0'
end
return answer
