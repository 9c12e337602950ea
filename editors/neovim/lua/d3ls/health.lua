-- `:checkhealth d3ls`

local M = {}

local health = vim.health or require("health")
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local err = health.error or health.report_error
local info = health.info or health.report_info

local function binary()
  local cmd = require("d3ls").options.cmd
  local version, fault = require("d3ls.program").check(cmd)
  if version then
    ok(("%s: %s"):format(version, vim.fn.exepath(cmd[1])))
  else
    err(fault)
  end
end

local function project(client, buffer)
  local uri = vim.uri_from_bufnr(buffer)
  local found = require("d3ls.client").request_now(client, "d3ls/project", { uri = uri }, buffer)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":~:.")
  if not found then
    warn(name .. ": the server does not answer")
    return
  end
  local manifest = type(found.manifest) == "string" and vim.uri_to_fname(found.manifest) or "no d3.json"
  info(("%s: %d commands, %s"):format(name, #(found.commands or {}), manifest))
  if type(found.python) ~= "table" then
    warn("no Python to run scripts with", {
      "install Python 3.9",
      'or name one: require("d3ls").setup({ python = "/path/to/python3.9" })',
    })
  elseif vim.startswith(found.python.version, "3.9.") then
    ok(("runs use Python %s: %s"):format(found.python.version, found.python.path))
  else
    warn(("runs use Python %s (%s), and D3 has 3.9"):format(found.python.version, found.python.path))
  end
end

function M.check()
  start("d3ls")
  if vim.fn.has("nvim-0.7") == 1 then
    ok(vim.lsp.config and "Neovim starts the server through vim.lsp.config" or "Neovim starts the server by hand")
  else
    err("Neovim is older than 0.7")
  end
  binary()
  info("what the server says is in " .. require("vim.lsp.log").get_filename())
  local attached = false
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local client = vim.api.nvim_buf_is_loaded(buffer) and require("d3ls.client").of(buffer)
    if client then
      attached = true
      project(client, buffer)
    end
  end
  if not attached then
    warn("no buffer has a server", { 'call require("d3ls").setup()', "open a D3 script or its d3.json" })
  end
end

return M
