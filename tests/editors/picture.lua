-- Neovim as the picture in docs shows it.
vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.opt.swapfile = false
vim.opt.termguicolors = true
vim.api.nvim_set_hl(0, "Normal", { fg = "#d7dae0" })
vim.opt.number = true
vim.opt.signcolumn = "yes"
vim.opt.ruler = false
vim.opt.completeopt = { "menuone", "noinsert" }
vim.opt.shortmess:append("c")
vim.g.loaded_python3_provider = 0
vim.diagnostic.config({ virtual_text = true, update_in_insert = true })
require("d3ls").setup()
