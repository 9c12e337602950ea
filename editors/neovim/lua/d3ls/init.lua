-- Starts `d3ls server` for D3 scripts, manifests and settings: through `vim.lsp.config` where Neovim has it (0.11), else with
-- `vim.lsp.start_client` (0.7 and later).

local M = {}

-- What the user may say in `setup`.
M.options = {
  -- The program and its arguments.
  cmd = { "d3ls", "server" },
  -- The interpreter that runs scripts; nil: d3ls looks for Python 3.9.
  python = nil,
  -- error, warn, info, debug or trace.
  log_level = nil,
  -- What `runtime['connector']` holds in `:D3Run`.
  connection = nil,
  -- Called with the client and the buffer, as in any other set-up.
  on_attach = nil,
  -- The client's capabilities, for a completion plugin that adds to them.
  capabilities = nil,
}

-- Whether the program can be used; nil before it was asked. One that ended before it had spoken the protocol is not tried
-- again.
local is_usable = nil

local said = {}

-- Says something once: a server that can't start is no news for the second buffer.
local function say_once(message)
  if not said[message] then
    said[message] = true
    vim.schedule(function()
      vim.notify("d3ls: " .. message, vim.log.levels.ERROR)
    end)
  end
end

-- The nearest folder of `path` or above it that holds `marker`.
local function above(path, marker)
  local folder = vim.fn.fnamemodify(path, ":h")
  while true do
    if vim.loop.fs_stat(folder .. "/" .. marker) then
      return folder
    end
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then
      return nil
    end
    folder = parent
  end
end

-- The files by name, beside Python, that the server has something to say about.
local NAMES = { ["d3.json"] = true, ["d3ls.toml"] = true }

-- Whether a path is that of a test case: JSON in a folder `tests` beside a d3.json.
local function is_case(path)
  local folder = path:match("^(.*)/tests/[^/]+%.json$")
  return folder ~= nil and vim.fn.filereadable(folder .. "/d3.json") == 1
end

-- The root for a buffer: its repository, since commands call each other across folders; nil where the server has
-- nothing to say.
function M.root_of(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  local filetype = vim.bo[buffer].filetype
  local wanted = filetype == "python" or NAMES[vim.fn.fnamemodify(path, ":t")] or is_case(path)
  if path == "" or not wanted or vim.bo[buffer].buftype ~= "" then
    return nil
  end
  return above(path, ".git") or above(path, "d3ls.toml") or above(path, "d3.json") or vim.fn.fnamemodify(path, ":h")
end

-- Whether the program can be started; says why not.
local function can_start()
  if is_usable == nil then
    local version, fault = require("d3ls.program").check(M.options.cmd)
    is_usable = version ~= nil
    if fault then
      say_once(fault)
    end
  end
  return is_usable
end

local function on_exit(code, signal, id)
  local client = vim.lsp.get_client_by_id(id)
  local has_spoken = client and client.initialized
  is_usable = is_usable and has_spoken
  if code ~= 0 or not has_spoken then
    local how = signal ~= 0 and ("signal " .. signal) or ("status " .. code)
    local command = table.concat(M.options.cmd, " ")
    say_once(("`%s` ended with %s; `:checkhealth d3ls` says where its log is"):format(command, how))
  end
end

-- The client's configuration, the same for all versions.
local function configuration()
  return {
    name = "d3ls",
    cmd = M.options.cmd,
    init_options = {
      python = M.options.python,
      logLevel = M.options.log_level,
      quietRuns = true,
    },
    settings = { d3ls = { python = M.options.python, logLevel = M.options.log_level } },
    capabilities = M.options.capabilities,
    -- Neovim holds changes back for 150 ms, and a request lets go only those of its own buffer: a run right after a
    -- rename would take the manifest's old text. The server itself checks the newest version only.
    flags = { debounce_text_changes = 0 },
    on_attach = M.options.on_attach,
    on_exit = on_exit,
    -- The buttons above a command's function.
    commands = {
      ["d3ls.run"] = function(button)
        require("d3ls.commands").run(button.arguments[1].command)
      end,
      ["d3ls.test"] = function(button)
        require("d3ls.commands").test(button.arguments[1].command)
      end,
    },
  }
end

-- The clients by root, where Neovim does not keep them itself.
local clients = {}

-- Attaches a buffer to the client of its root, which is started with its first buffer.
local function attach(buffer, root)
  if not (clients[root] and vim.lsp.get_client_by_id(clients[root])) then
    local config = configuration()
    config.root_dir = root
    config.cmd_cwd = root
    config.workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fn.fnamemodify(root, ":t") } }
    clients[root] = vim.lsp.start_client(config)
  end
  if clients[root] then
    vim.lsp.buf_attach_client(buffer, clients[root])
  end
end

-- Takes the user's options and starts the server for the buffers that are open and those to come.
function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
  is_usable = nil
  local filetypes = { "python", "json", "jsonc", "toml" }
  local function on_buffer(buffer)
    local root = M.root_of(buffer)
    if root and can_start() and not vim.lsp.config then
      attach(buffer, root)
    end
  end
  local group = vim.api.nvim_create_augroup("d3ls", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = filetypes,
    callback = function(event)
      on_buffer(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      on_buffer(buffer)
    end
  end
  if vim.lsp.config then
    local config = configuration()
    config.filetypes = filetypes
    config.root_dir = function(buffer, found)
      local root = M.root_of(buffer)
      if root and can_start() then
        found(root)
      end
    end
    vim.lsp.config("d3ls", config)
    vim.lsp.enable("d3ls")
  end
end

return M
