-- Whether the program that is to be started is d3ls, and new enough.

local M = {}

-- The first version that offers what this plugin asks for.
local OLDEST = { 0, 1, 0 }

-- How long a program may take to say its version, in milliseconds.
local PATIENCE = 10000

local HOW_TO_GET = "install it with `cargo install` or `pip install`, or name it: "
  .. 'require("d3ls").setup({ cmd = { "/path/to/d3ls", "server" } })'

-- What prints the version: the command, which may be a wrapper's, with `--version` in the place of `server`.
local function version_of(cmd)
  for place, word in ipairs(cmd) do
    if word == "server" then
      return vim.list_extend(vim.list_slice(cmd, 1, place - 1), { "--version" })
    end
  end
  return { cmd[1], "--version" }
end

-- The first line that a command prints; nil, and how it ended, if it fails.
local function first_line(command)
  local lines = {}
  local job = vim.fn.jobstart(command, {
    stdin = "null",
    stdout_buffered = true,
    on_stdout = function(_, printed)
      lines = printed
    end,
  })
  local status = vim.fn.jobwait({ job }, PATIENCE)[1]
  if status == -1 then
    vim.fn.jobstop(job)
    return nil, "it does not say its version"
  elseif status ~= 0 then
    return nil, ("`%s` ends with status %d"):format(table.concat(command, " "), status)
  end
  -- The output comes in its own time.
  vim.wait(1000, function()
    return #lines > 0
  end, 1)
  return lines[1] or ""
end

local function is_older(version)
  for place, wanted in ipairs(OLDEST) do
    if version[place] ~= wanted then
      return version[place] < wanted
    end
  end
  return false
end

-- The version of the program; nil, and what is wrong and what to do, if it can't be used.
function M.check(cmd)
  if vim.fn.executable(cmd[1]) ~= 1 then
    return nil, ("there is no program `%s`; %s"):format(cmd[1], HOW_TO_GET)
  end
  local line, failure = first_line(version_of(cmd))
  local parts = { (line or ""):match("^d3ls (%d+)%.(%d+)%.(%d+)") }
  if #parts == 0 then
    failure = failure or ("it says it is `%s`"):format(line)
    return nil, ("`%s` is no d3ls: %s; %s"):format(cmd[1], failure, HOW_TO_GET)
  end
  if is_older(vim.tbl_map(tonumber, parts)) then
    local wanted = table.concat(OLDEST, ".")
    return nil, ("`%s` is %s, and this plugin wants %s or later; install a newer one"):format(cmd[1], line, wanted)
  end
  return line
end

return M
