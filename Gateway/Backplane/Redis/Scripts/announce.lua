-- What entering and leaving share. It is put under shared.lua in both.

-- Tells a change of a roster. Changes are a chain: each names the version before it and its own, so that a node sees when one
-- did not come. A version is a time, and never comes again; that of a roster without members is 0. Of a large roster nothing is
-- told, nor, when it is no longer large, what was not.
local function announce(roster, order, target, quiet, most, change, id, member, cause, count)
  local before = tonumber(redis.call('HGET', roster, '') or '0')
  local version = 0
  if redis.call('ZCARD', order) == 0 then
    redis.call('DEL', roster)
  else
    local time = redis.call('TIME')
    version = math.max(before + 1, time[1] * 1000000 + time[2])
    redis.call('HSET', roster, '', whole(version))
  end
  if quiet then
    return
  end

  local link = field(whole(before)) .. field(whole(version))
  if count <= most then
    tell(target, field('1R') .. link .. field(change) .. field(id) .. field(member.user) .. field(whole(member.count))
      .. field(member.profile) .. field(member.joined) .. field(cause))
  else
    tell(target, field(change == 'leave' and count == most + 1 and '1X' or '1N') .. link)
  end
end
