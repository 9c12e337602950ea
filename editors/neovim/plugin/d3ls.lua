-- The commands of the plugin. `require("d3ls").setup()` starts the server.

if vim.g.loaded_d3ls then
  return
end
vim.g.loaded_d3ls = true

local function names(lead)
  return require("d3ls.commands").complete(lead)
end

vim.api.nvim_create_user_command("D3Run", function(call)
  require("d3ls.commands").run(call.args)
end, { nargs = "?", complete = names, desc = "Run a D3 command on this machine" })

vim.api.nvim_create_user_command("D3Test", function(call)
  require("d3ls.commands").test(call.args)
end, { nargs = "?", complete = names, desc = "Run the test cases of a D3 command, or of all" })

vim.api.nvim_create_user_command("D3Final", function()
  require("d3ls.commands").final()
end, { nargs = 0, desc = "Show the script that D3 puts together" })

vim.api.nvim_create_user_command("D3Cancel", function()
  require("d3ls.commands").cancel()
end, { nargs = 0, desc = "End what :D3Run or :D3Test has started" })
