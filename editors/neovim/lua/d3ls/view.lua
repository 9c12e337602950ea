-- How results are shown: a scratch buffer for a run and for the final script, the quickfix list for failed test cases.

local M = {}

-- The scratch buffers by name.
local buffers = {}

-- Shows lines in a scratch buffer of this name, in the window that has it or in a new one below.
local function show(name, syntax, lines)
  local buffer = buffers[name]
  if not (buffer and vim.api.nvim_buf_is_valid(buffer)) then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    buffers[name] = buffer
  end
  local window = vim.fn.bufwinid(buffer)
  if window == -1 then
    vim.cmd("botright split")
    vim.api.nvim_win_set_buf(0, buffer)
  else
    vim.api.nvim_set_current_win(window)
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = "hide"
  vim.bo[buffer].swapfile = false
  -- Highlighting only: a filetype would start other servers on what is no file.
  vim.bo[buffer].syntax = syntax
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
end

local function is_blank(value)
  return value == nil or value == vim.NIL or value == "" or (type(value) == "table" and next(value) == nil)
end

-- JSON over several lines, keys in the order of the alphabet.
local function pretty(value, indent)
  if type(value) ~= "table" or next(value) == nil then
    return vim.fn.json_encode(value)
  end
  local inner = indent .. "  "
  local parts = {}
  if (vim.islist or vim.tbl_islist)(value) then
    for _, element in ipairs(value) do
      table.insert(parts, inner .. pretty(element, inner))
    end
    return "[\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "]"
  end
  local keys = vim.tbl_keys(value)
  table.sort(keys)
  for _, key in ipairs(keys) do
    table.insert(parts, inner .. vim.fn.json_encode(key) .. ": " .. pretty(value[key], inner))
  end
  return "{\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "}"
end

local function add(lines, text, indent)
  for _, line in ipairs(vim.split(text, "\n", { plain = true })) do
    table.insert(lines, indent .. line)
  end
end

local function field(lines, name, value)
  if is_blank(value) then
    return
  end
  local text = type(value) == "string" and value or pretty(value, "")
  if text:find("\n", 1, true) then
    table.insert(lines, name)
    add(lines, text, "  ")
  else
    table.insert(lines, name .. ": " .. text)
  end
end

-- The object of `d3ls run --format json`.
function M.run(result)
  local verdict = result.success and "successful" or "failed"
  local lines = {
    ("%s: %s (%d attempts, %d ms, Python %s)"):format(
      result.command,
      verdict,
      #result.attempts,
      result.durationMs,
      result.python
    ),
  }
  if not is_blank(result.error) then
    for _, frame in ipairs(result.error.traceback or {}) do
      table.insert(lines, ("  %s:%d in %s"):format(frame.path, frame.line, frame["function"]))
    end
    add(lines, result.error.type .. ": " .. result.error.message, "")
  end
  if not is_blank(result.output) then
    local names = { "returnData", "result", "errors", "keyFields", "contextData", "rawData", "passdownData" }
    for _, name in ipairs(names) do
      field(lines, name, result.output[name])
    end
  end
  field(lines, "key fields from rawData", result.keyFields)
  field(lines, "events from rawData", result.events)
  if #result.attempts > 1 then
    field(lines, "attempts", result.attempts)
  end
  local logs = result.logs or {}
  field(lines, result.logsLost and "Custom Log (D3 would not show it)" or "Custom Log", table.concat(logs, "\n"))
  field(lines, "printed (D3 shows none of it)", result.stdout)
  show("d3ls://run", "yaml", lines)
end

-- What a failed case has to say, in one line.
local function reason(case)
  local parts = {}
  if not is_blank(case.message) then
    table.insert(parts, case.message)
  end
  for _, mismatch in ipairs(case.mismatches or {}) do
    local actual = mismatch.actual == nil and "nothing" or vim.fn.json_encode(mismatch.actual)
    table.insert(
      parts,
      ("%s: expected %s, got %s"):format(mismatch.path, vim.fn.json_encode(mismatch.expected), actual)
    )
  end
  if not is_blank(case.error) then
    table.insert(parts, case.error.type .. ": " .. case.error.message)
  end
  return (table.concat(parts, "; "):gsub("\n", " "))
end

-- The object of `d3ls test --format json`.
function M.test(result)
  local items = {}
  for _, case in ipairs(result.cases) do
    if case.outcome ~= "passed" then
      table.insert(items, { filename = case.path, lnum = 1, col = 1, type = "E", text = reason(case) })
    end
  end
  vim.fn.setqflist({}, " ", { title = "d3ls test", items = items })
  if #items > 0 then
    vim.cmd("botright copen")
  end
  local summary = result.summary
  local level = #items == 0 and vim.log.levels.INFO or vim.log.levels.WARN
  local text = ("d3ls: %d of %d test cases passed"):format(summary.passed, summary.cases)
  vim.notify(#items == 0 and text or text .. "; the quickfix list has the others", level)
end

-- The answer to `d3ls/finalScript`.
function M.final(result)
  show("d3ls://final", "python", vim.split(result.text, "\n", { plain = true }))
  if not result.complete then
    vim.notify("d3ls: D3 puts a system script first that is not here", vim.log.levels.WARN)
  end
end

return M
