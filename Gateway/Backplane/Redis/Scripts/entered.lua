#!lua flags=no-writes
-- Lists what a node has entered.
-- KEYS  1 generation, 2 what the node has entered
-- gives 'ok' (entry)*
local entries = redis.call('SMEMBERS', KEYS[2])
table.insert(entries, 1, 'ok')
return entries
