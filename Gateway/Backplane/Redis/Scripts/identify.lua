#!lua flags=allow-oom
-- Says which store this is. It is another one when nobody has named it yet, when it was restarted and cannot prove that it lost
-- nothing, and when a node has seen that it lost something. Asking again, by as many nodes as there are, changes nothing more.
-- KEYS  1 generation
-- ARGV  1 the server's run id, 2 a name for another store, 3 '1' when a restart loses nothing, 4 the name that counts no longer, or ''
local known = redis.call('HMGET', KEYS[1], 'id', 'run')
local same = known[1] and known[1] ~= ARGV[4] and (known[2] == ARGV[1] or ARGV[3] == '1')
local id = same and known[1] or ARGV[2]
redis.call('HSET', KEYS[1], 'id', id, 'run', ARGV[1])
return {'ok', id}
