-- Debian has no lua-resty-lock. Each worker may do the locked work once more than needed; nothing else is lost.
local M = {}

function M.new()
  return setmetatable({}, { __index = M })
end

function M:lock()
  return 0
end

function M:unlock()
  return 1
end

function M:expire()
  return 1
end

return M
