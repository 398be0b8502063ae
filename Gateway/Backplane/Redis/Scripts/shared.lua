-- What the scripts share. It is put under the first line of each of them, and so is part of its hash.

-- A field of a message: how long it is, a colon, its bytes.
local function field(value)
  return #value .. ':' .. value
end

-- A whole number as text; Lua would write a large one with an exponent.
local function whole(number)
  return string.format('%.0f', number)
end

-- Milliseconds since 1970, by the clock of Redis, which all nodes share.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Brings a message to the nodes that hear a channel. 'target' says how they do: by a subscription of its own name, or, where
-- channels are many and hearers few, by their entries in a registry. A node that is not there any more is taken out of it.
local function tell(target, message)
  if target.channel ~= '' then
    return redis.call('PUBLISH', target.channel, message)
  end
  local heard = 0
  local wrapped = field('1A') .. field(target.name) .. field(message)
  for _, node in ipairs(redis.call('HKEYS', target.registry)) do
    if redis.call('PUBLISH', target.nodes .. node, wrapped) > 0 then
      heard = heard + 1
    else
      redis.call('HDEL', target.registry, node)
    end
  end
  return heard
end

-- Lets a position be one of this store, and of a channel that keeps something or not ('1' or '0'): where it is not, the channel
-- begins anew. The first write comes here, so that a script that may not write has done nothing.
local function begin(generation, position, history, kept, candidate)
  local known = redis.call('HMGET', position, 'generation', 'kept', 'epoch', 'offset')
  if known[1] == generation and known[2] == kept then
    return known[3], tonumber(known[4])
  end
  redis.call('HSET', position, 'generation', generation, 'kept', kept, 'epoch', candidate, 'offset', '0')
  redis.call('DEL', history)
  return candidate, 0
end
