#!lua flags=allow-oom
-- Brings a message to those that hear a channel by a registry.
-- KEYS  1 generation, 2 registry
-- ARGV  1 the channel's name, 2 prefix of the nodes' channels, 3 the message
-- gives 'ok' nodes
local heard = tell({channel = '', name = ARGV[1], nodes = ARGV[2], registry = KEYS[2]}, ARGV[3])
return {'ok', tostring(heard)}
