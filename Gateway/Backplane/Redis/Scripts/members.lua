#!lua flags=no-writes
-- Reads members in the order of their ids, byte by byte.
-- KEYS  1 generation, 2 roster, 3 order of its members
-- ARGV  1 only after this id, or '', 2 '1' when there is such an id, 3 members at most
-- gives 'ok' count last? (id user connections profile joined)*
local count = redis.call('ZCARD', KEYS[3])
local from = ARGV[2] == '1' and '(' .. ARGV[1] or '-'
local limit = tonumber(ARGV[3])
local ids = redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, limit + 1)
local answer = {'ok', tostring(count), #ids <= limit and '1' or '0'}
for i = 1, math.min(#ids, limit) do
  local member = cmsgpack.unpack(redis.call('HGET', KEYS[2], ids[i]))
  answer[#answer + 1] = ids[i]
  answer[#answer + 1] = member.user
  answer[#answer + 1] = whole(member.count)
  answer[#answer + 1] = member.profile
  answer[#answer + 1] = member.joined
end
return answer
