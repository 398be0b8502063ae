#!lua flags=no-writes
-- Counts the connections that are in a channel.
-- KEYS  1 generation, 2 connections by channel
-- ARGV  1 channel
-- gives 'ok' connections
return {'ok', redis.call('HGET', KEYS[2], ARGV[1]) or '0'}
