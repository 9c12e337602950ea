-- The Neovim plugin with a program that is no d3ls, an old one or one that ends: `SERVER`. It says so once, in words that
-- hold `MESSAGE`; its commands lead to `:checkhealth d3ls`, which says it too. Nothing else is said.

local said = {}
vim.notify = function(text)
  table.insert(said, text)
end

local function fail(what)
  io.stderr:write(("FAILED: %s; it said: %s\n"):format(what, vim.inspect(said)))
  vim.cmd("cquit 1")
end

vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.opt.swapfile = false
-- Looking for a Python to extend Neovim with takes seconds.
vim.g.loaded_python3_provider = 0
vim.cmd("filetype on")
vim.cmd("runtime plugin/d3ls.lua")
require("d3ls").setup({ cmd = { vim.env.SERVER, "server" } })
vim.cmd("edit " .. vim.env.PROJECT .. "/script.py")
local function of_plugin()
  return vim.tbl_filter(function(text)
    return vim.startswith(text, "d3ls: ")
  end, said)
end
local function has_come()
  local own = of_plugin()
  return #own > 0 and own[#own]:find(vim.env.MESSAGE, 1, true)
end
if not vim.wait(30000, has_come, 10) then
  fail("no message holds: " .. vim.env.MESSAGE)
end
-- A second buffer is no second message.
vim.cmd("edit " .. vim.env.PROJECT .. "/d3.json")
vim.wait(100, function()
  return #of_plugin() > 1
end, 10)
if #of_plugin() ~= 1 then
  fail("it is said more than once")
end
-- Of a program that could be started and failed, Neovim says something itself.
if vim.env.STARTS == nil and #said ~= 1 then
  fail("something else is said")
end
io.stdout:write(of_plugin()[1] .. "\n")

for _, command in ipairs({ "D3Run", "D3Test", "D3Final" }) do
  said = {}
  vim.cmd(command)
  if not (#said == 1 and said[1]:find("no server is at work in this buffer", 1, true)) then
    fail(":" .. command)
  end
end
vim.cmd("checkhealth d3ls")
local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
if vim.env.STARTS == nil and not health:gsub("%s+", " "):find(vim.env.MESSAGE, 1, true) then
  fail(":checkhealth d3ls says: " .. health)
end
vim.cmd("cquit 0")
