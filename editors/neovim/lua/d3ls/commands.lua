-- What `:D3Run`, `:D3Test`, `:D3Final` and `:D3Cancel` do.

local client_of = require("d3ls.client")
local view = require("d3ls.view")

local M = {}

-- The request of the run or test that is under way.
local running = nil

local function say(message, level)
  vim.notify("d3ls: " .. message, level or vim.log.levels.ERROR)
end

-- The client of the current buffer, the buffer and its address; says so if there is no client.
local function here()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of.of(buffer)
  if not client then
    say("no server is at work in this buffer; open a D3 script or its d3.json, and see `:checkhealth d3ls`")
    return nil
  end
  return client, buffer, vim.uri_from_bufnr(buffer)
end

local function is_nil(value)
  return value == nil or value == vim.NIL
end

-- Runs one of the server's commands and shows what comes back.
local function execute(client, buffer, command, arguments, shown)
  if running then
    say("one run at a time; :D3Cancel ends the one under way", vim.log.levels.WARN)
    return
  end
  say((command == "d3ls.run" and "running" or "testing") .. " (:D3Cancel ends it)", vim.log.levels.INFO)
  local params = { command = command, arguments = { arguments } }
  local id = client_of.request(client, "workspace/executeCommand", params, buffer, function(failure, result)
    running = nil
    if failure then
      say(failure)
    else
      shown(result)
    end
  end)
  if id then
    running = { client = client, id = id }
  else
    say("the server has ended; `:checkhealth d3ls` says more")
  end
end

-- Asks for each input in turn; an empty answer leaves it to the server.
local function ask(inputs, place, given, answered)
  local input = inputs[place]
  if not input then
    answered(given)
    return
  end
  local kind = is_nil(input.type) and "any type" or input.type
  local notes = kind .. (input.required and ", required" or "")
  local proposed = not is_nil(input.default) and input.default or input.sample
  if is_nil(proposed) then
    proposed = ""
  elseif type(proposed) ~= "string" then
    proposed = vim.fn.json_encode(proposed)
  end
  local prompt = ("%s (%s): "):format(input.parameterName, notes)
  vim.ui.input({ prompt = prompt, default = proposed }, function(answer)
    if answer == nil then
      say("not run", vim.log.levels.INFO)
      return
    end
    if answer ~= "" then
      given[input.parameterName] = answer
    end
    ask(inputs, place + 1, given, answered)
  end)
end

local function name_of(case)
  return vim.fn.fnamemodify(vim.uri_to_fname(case), ":t:r")
end

-- Lets the user choose one of the command's test cases, or none, which is `false`.
local function choose_case(command, chosen)
  local cases = command.cases or {}
  if #cases == 0 then
    return chosen(false)
  end
  local items = vim.list_extend(vim.list_slice(cases), { false })
  local function label(case)
    return case and "as in the test case " .. name_of(case) or "with inputs of my own"
  end
  vim.ui.select(items, { prompt = "Run " .. command.internalName .. ":", format_item = label }, function(case)
    if case ~= nil then
      chosen(case)
    end
  end)
end

local function run_one(client, buffer, uri, command)
  choose_case(command, function(case)
    local arguments = { uri = uri, command = command.internalName }
    if case then
      arguments.case = case
      return execute(client, buffer, "d3ls.run", arguments, view.run)
    end
    ask(command.inputs or {}, 1, vim.empty_dict(), function(inputs)
      arguments.inputs = inputs
      arguments.connection = require("d3ls").options.connection
      execute(client, buffer, "d3ls.run", arguments, view.run)
    end)
  end)
end

-- `:D3Run [command]`
function M.run(name)
  local client, buffer, uri = here()
  if not client then
    return
  end
  client_of.request(client, "d3ls/project", { uri = uri }, buffer, function(failure, project)
    local commands = not is_nil(project) and project.commands or {}
    if failure or #commands == 0 then
      say(failure or "this document has no commands to run")
      return
    end
    if name and name ~= "" then
      for _, command in ipairs(commands) do
        if command.internalName == name then
          return run_one(client, buffer, uri, command)
        end
      end
      say(("there is no command `%s` here"):format(name))
    elseif #commands == 1 then
      run_one(client, buffer, uri, commands[1])
    else
      local function label(command)
        return command.internalName
      end
      vim.ui.select(commands, { prompt = "Run which command?", format_item = label }, function(command)
        if command then
          run_one(client, buffer, uri, command)
        end
      end)
    end
  end)
end

-- `:D3Test [command]`
function M.test(name)
  local client, buffer, uri = here()
  if not client then
    return
  end
  local arguments = { uri = uri, command = name ~= "" and name or nil }
  execute(client, buffer, "d3ls.test", arguments, view.test)
end

-- `:D3Final`
function M.final()
  local client, buffer, uri = here()
  if not client then
    return
  end
  client_of.request(client, "d3ls/finalScript", { textDocument = { uri = uri } }, buffer, function(failure, result)
    if failure or is_nil(result) then
      say(failure or "this document has no final script")
    else
      view.final(result)
    end
  end)
end

-- `:D3Cancel`. Neovim keeps the answer to a cancelled request to itself.
function M.cancel()
  if running then
    client_of.cancel(running.client, running.id)
    running = nil
    say("cancelled", vim.log.levels.INFO)
  else
    say("nothing is under way", vim.log.levels.INFO)
  end
end

-- The names of commands that begin with `lead`.
function M.complete(lead)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of.of(buffer)
  if not client then
    return {}
  end
  local project = client_of.request_now(client, "d3ls/project", { uri = vim.uri_from_bufnr(buffer) }, buffer)
  local found = {}
  for _, command in ipairs(not is_nil(project) and project.commands or {}) do
    if vim.startswith(command.internalName, lead) then
      table.insert(found, command.internalName)
    end
  end
  return found
end

return M
