-- The Neovim plugin with a program that is no d3ls, or an old one: `SERVER`. It says so once, in words that hold `MESSAGE`.
-- With `COMMAND`, that is what a user does once the server is there.

local said = {}
vim.notify = function(text)
  if vim.startswith(text, "d3ls: ") then
    table.insert(said, text)
  end
end

vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.opt.swapfile = false
-- Looking for a Python to extend Neovim with takes seconds.
vim.g.loaded_python3_provider = 0
vim.cmd("filetype on")
vim.cmd("runtime plugin/d3ls.lua")
require("d3ls").setup({ cmd = { vim.env.SERVER, "server" } })
vim.cmd("edit " .. vim.env.PROJECT .. "/script.py")
if (vim.env.COMMAND or "") ~= "" then
  vim.wait(30000, function()
    return #vim.diagnostic.get(0) > 0
  end, 10)
  vim.cmd(vim.env.COMMAND)
end
local has_come = vim.wait(30000, function()
  return #said > 0 and said[#said]:find(vim.env.MESSAGE, 1, true)
end, 10)
-- A second buffer is no second message.
local before = #said
vim.cmd("edit " .. vim.env.PROJECT .. "/d3.json")
vim.wait(100, function()
  return #said > before
end, 10)
io.stdout:write(("%s: %s\n"):format(vim.env.SERVER, table.concat(said, "\n  ")))
vim.cmd(has_come and #said == before and "cquit 0" or "cquit 1")
