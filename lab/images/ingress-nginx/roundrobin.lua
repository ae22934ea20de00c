-- Debian has no lua-resty-balancer: weighted round robin with the interface that balancer/round_robin.lua uses.
local M = {}
M.__index = M

local function expand(nodes)
  local list = {}
  for id, weight in pairs(nodes) do
    for _ = 1, weight do
      list[#list + 1] = id
    end
  end
  table.sort(list)
  return list
end

function M.new(_, nodes)
  return setmetatable({ list = expand(nodes), turn = 0 }, M)
end

function M:reinit(nodes)
  self.list = expand(nodes)
  self.turn = 0
end

function M:find()
  if #self.list == 0 then
    return nil
  end
  self.turn = self.turn % #self.list + 1
  return self.list[self.turn]
end

return M
