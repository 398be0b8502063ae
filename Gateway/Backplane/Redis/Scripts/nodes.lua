#!lua flags=no-writes
-- Lists the nodes whose leases have not ended, and how far each has applied the control log.
-- KEYS  1 generation, 2 leases, 3 applied
-- gives 'ok' (node applied)*
local answer = {'ok'}
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. whole(now()), '+inf')) do
  answer[#answer + 1] = node
  answer[#answer + 1] = redis.call('HGET', KEYS[3], node) or ''
end
return answer
