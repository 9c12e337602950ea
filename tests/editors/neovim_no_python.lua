-- The Neovim plugin where there is no Python: each thing that wants one says so, and what to do.

local said = {}
vim.notify = function(text)
  table.insert(said, text)
end
vim.ui.select = function(items, _, chosen)
  chosen(items[1], 1)
end

local function wait_for(holds, what)
  if not vim.wait(30000, holds, 10) then
    io.stderr:write(("FAILED: %s; it said: %s\n"):format(what, vim.inspect(said)))
    vim.cmd("cquit 1")
  end
  io.stdout:write("ok: " .. what .. "\n")
end


vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.opt.swapfile = false
vim.cmd("filetype on")
vim.cmd("runtime plugin/d3ls.lua")
vim.env.PATH = ""
require("d3ls").setup({ cmd = { vim.env.SERVER, "server" } })
vim.cmd("edit " .. vim.env.PROJECT .. "/script.py")
wait_for(function()
  return #vim.diagnostic.get(0) > 0
end, "findings want no Python")

local none = "no Python 3.9 or later was found; install CPython 3.9"
vim.cmd("D3Run CheckDevice")
wait_for(function()
  return said[#said] and said[#said]:find(none, 1, true)
end, ":D3Run says that there is none and what to do")
vim.cmd("D3Test")
wait_for(function()
  local failed = vim.fn.getqflist()
  return #failed == 2 and failed[1].text:find(none, 1, true)
end, ":D3Test says so in the quickfix list")

vim.cmd("checkhealth d3ls")
local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
wait_for(function()
  return health:find("no Python to run scripts with", 1, true) and health:find("install Python 3.9", 1, true)
end, ":checkhealth d3ls does too")
vim.cmd("qall!")
