-- The Neovim plugin in a real Neovim, on a copy of the project beside this file: `PROJECT`. `SERVER` is the program to
-- start, `PLUGIN` the plugin's folder. Prints one line a check; the first that fails ends Neovim with status 1.

local plugin, project, server = vim.env.PLUGIN, vim.env.PROJECT, vim.env.SERVER

local function fail(what)
  io.stderr:write("FAILED: " .. what .. "\n")
  vim.cmd("cquit 1")
end

local function check(holds, what)
  if not holds then
    fail(what)
  end
  io.stdout:write("ok: " .. what .. "\n")
end

local function wait_for(holds, what, seen)
  if not vim.wait(30000, holds, 10) then
    fail(what .. (seen and ("; there is: " .. vim.inspect(seen())) or ""))
  end
  io.stdout:write("ok: " .. what .. "\n")
end

-- What the plugin says, and what it asks.
local said, inputs_asked = {}, {}
vim.notify = function(text)
  table.insert(said, text)
end
vim.ui.input = function(options, answered)
  table.insert(inputs_asked, options)
  answered(options.prompt:match("^limit") and "7" or options.default)
end

local function has_said(text)
  for _, message in ipairs(said) do
    if message:find(text, 1, true) then
      return true
    end
  end
  return false
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number - 1, number, true)[1]
end

local function shown()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
end

local function found_by_code(code)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    if found.code == code or (found.user_data and found.user_data.lsp and found.user_data.lsp.code == code) then
      return found
    end
  end
end

local function put_cursor_on(number, text)
  local at = line(number):find(text, 1, true)
  check(at, ("line %d has %s"):format(number, text))
  vim.api.nvim_win_set_cursor(0, { number, at - 1 })
end

vim.opt.runtimepath:prepend(plugin)
vim.opt.swapfile = false
-- Looking for a Python to extend Neovim with takes seconds.
vim.g.loaded_python3_provider = 0
vim.cmd("runtime plugin/d3ls.lua")
vim.cmd("filetype on")
require("d3ls").setup({ cmd = { server, "server" }, python = vim.env.PYTHON })

-- Findings, by the columns that Neovim counts.
vim.cmd("edit " .. project .. "/script.py")
wait_for(function()
  return found_by_code("D3401") and found_by_code("D3312")
end, "findings arrive", function()
  return vim.diagnostic.get(0)
end)
local key = found_by_code("D3401")
check(key.lnum == 1 and key.col == 32, "the unknown key is marked where it stands")
check(found_by_code("D3312").col == line(6):find("print", 1, true) - 1, "columns are right behind an emoji")

-- Hover.
put_cursor_on(7, "returnOutputModel")
vim.lsp.buf.hover()
local float
wait_for(function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      float = window
    end
  end
  return float
end, "a hover opens")
local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, true), "\n")
check(text:find("returnData", 1, true), "the hover tells the fields of an output model")
vim.api.nvim_win_close(float, true)

-- Completion, asked for as Neovim's own completion does.
put_cursor_on(2, "serverul")
local encoding = require("d3ls.client").of(0).offset_encoding
local labels = {}
for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/completion", vim.lsp.util.make_position_params(0, encoding), 30000)) do
  for _, item in ipairs(answer.result.items or answer.result) do
    labels[item.label] = true
  end
end
check(labels.serverurl and labels.apikey, "completion offers the connection's keys")

-- A quick fix, chosen from the menu.
vim.ui.select = function(items, options, chosen)
  for place, item in ipairs(items) do
    if options.format_item(item):find("Change to `serverurl`", 1, true) then
      return chosen(item, place)
    end
  end
  chosen(nil)
end
vim.lsp.buf.code_action()
wait_for(function()
  return line(2) == '    return runtime["connector"]["serverurl"]'
end, "a quick fix changes the script", shown)
wait_for(function()
  return not found_by_code("D3401")
end, "its finding goes away")

-- A rename reaches the manifest.
put_cursor_on(10, "Version")
vim.lsp.buf.rename("Release")
wait_for(function()
  local manifest = vim.fn.bufnr(project .. "/d3.json")
  local lines = manifest > 0 and vim.fn.bufloaded(manifest) == 1 and vim.api.nvim_buf_get_lines(manifest, 0, -1, true)
  return line(10) == "def Release():" and lines and table.concat(lines):find('"internalName": "Release"', 1, true)
end, "a rename changes script and manifest", shown)

-- The buffer of the final script; no server starts for it.
vim.cmd("D3Final")
wait_for(function()
  return vim.api.nvim_buf_get_name(0):find("/final$")
end, ":D3Final opens")
check(shown():find("def Release():", 1, true), "the final script holds what is being edited")
check(not vim.bo.modifiable and not require("d3ls.client").of(0), "it is read-only and has no server")
vim.cmd("close")

-- Answers the next questions with the item of this label.
local function choose(wanted)
  vim.ui.select = function(items, options, chosen)
    for place, item in ipairs(items) do
      if options.format_item(item) == wanted then
        return chosen(item, place)
      end
    end
  end
end

-- A run: each input is asked for, unsaved edits count.
choose("with inputs of my own")
vim.cmd("D3Run CheckDevice")
wait_for(function()
  return shown():find("CheckDevice: successful", 1, true)
end, ":D3Run shows the verdict", function()
  return said
end)
check(#inputs_asked == 2 and inputs_asked[1].prompt == "hostname (Text, required): ", "it asks for each input")
check(inputs_asked[1].default == "srv-01", "it proposes the sample")
check(shown():find('"limit": 7', 1, true), "it shows the output")
vim.cmd("close")

-- A run with what a test case has.
choose("as in the test case CheckDevice-within-limit")
vim.cmd("D3Run CheckDevice")
wait_for(function()
  return shown():find('"limit": 3', 1, true)
end, ":D3Run takes the inputs of a test case", function()
  return said
end)
check(#inputs_asked == 2, "it asks for no input then")
vim.cmd("close")

-- A run of a command that is chosen from a menu and never ends.
choose("Forever")
said = {}
vim.cmd("D3Run")
wait_for(function()
  return has_said("running")
end, ":D3Run without a name asks for one")
vim.cmd("D3Run Release")
wait_for(function()
  return has_said("one run at a time")
end, "there is one run at a time", function()
  return said
end)
vim.cmd("D3Cancel")
wait_for(function()
  return has_said("cancel")
end, ":D3Cancel ends it", function()
  return said
end)

-- Test cases: those that fail are in the quickfix list.
said = {}
vim.cmd("D3Test")
wait_for(function()
  return has_said("1 of 2 test cases passed")
end, ":D3Test counts", function()
  return said
end)
local failed = vim.fn.getqflist()
check(#failed == 1 and failed[1].text:find('rawData.limit: expected 10', 1, true), "the quickfix list has the failure")
check(vim.api.nvim_buf_get_name(failed[1].bufnr):find("CheckDevice-without-limit.json", 1, true), "it leads to the case")
vim.cmd("cclose")
vim.cmd("D3Test Nothing")
wait_for(function()
  return has_said("there is no test case here")
end, "a test of no command says so", function()
  return said
end)

local names = vim.fn.getcompletion("D3Run Ch", "cmdline")
check(vim.deep_equal(names, { "CheckDevice" }), "names of commands are completed")

vim.cmd("checkhealth d3ls")
local health = shown()
check(health:find("d3ls %d") and not health:find("ERROR"), ":checkhealth d3ls is content")
check(health:find("runs use Python 3.9", 1, true) and health:find("3 commands", 1, true), "it tells the project: " .. health)
vim.cmd("qall!")
