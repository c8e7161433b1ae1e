-- Links the appointment to the item ('' for none; otherwise its two handles of 22 characters, then the item). The
-- handles of another item leave the index, those of this one are put in; a handle of dashes stands for none. Without
-- an item the UID stays in the index: an item that comes back is known by it. `#` counts the linked appointments.
local no_handle = ('-'):rep(22)

local function unlink(handles, handle, id)
  if redis.call('HGET', handles, handle) == id then redis.call('HDEL', handles, handle) end
end

local function relink(appointment, handles, id, item)
  local former = redis.call('HGET', appointment, 'h')
  if former and former ~= item then unlink(handles, former:sub(1, 22), id) end
  if item == '' then
    if former then redis.call('HINCRBY', handles, '#', -1) end
    redis.call('HDEL', appointment, 'h')
    return
  end
  if not former then redis.call('HINCRBY', handles, '#', 1) end
  local uid = item:sub(24, 45)
  if former and former:sub(24, 45) ~= uid then unlink(handles, former:sub(24, 45), id) end
  redis.call('HSET', appointment, 'h', item)
  redis.call('HSET', handles, item:sub(1, 22), id)
  if uid ~= no_handle then redis.call('HSET', handles, uid, id) end
end
