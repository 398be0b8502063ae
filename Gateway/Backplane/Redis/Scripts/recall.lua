#!lua flags=no-writes
-- Reads records, some of them at a time.
-- KEYS  1 generation, 2 records
-- ARGV  1 where the last page ended, '0' for the first
-- gives 'ok' next (record)*; the next of the last page is '0'
local page = redis.call('HSCAN', KEYS[2], ARGV[1], 'COUNT', 500)
local answer = {'ok', page[1]}
for i = 1, #page[2], 2 do
  answer[#answer + 1] = page[2][i]
  answer[#answer + 1] = page[2][i + 1]
end
return answer
