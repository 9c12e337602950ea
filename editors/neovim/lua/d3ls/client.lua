-- Speaks to the server of a buffer, in the ways of each version of Neovim.

local M = {}

-- The client of a buffer; nil if there is none.
function M.of(buffer)
  local all = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  for _, client in pairs(all) do
    if client.name == "d3ls" and vim.lsp.buf_is_attached(buffer, client.id) then
      return client
    end
  end
end

-- Sends a request; `answered` gets the error's message or nil, then the result. Gives the request's id.
function M.request(client, method, params, buffer, answered)
  local function handler(failure, result)
    answered(failure and (failure.message or tostring(failure)), result)
  end
  local sent, id
  if vim.fn.has("nvim-0.11") == 1 then
    sent, id = client:request(method, params, handler, buffer)
  else
    sent, id = client.request(method, params, handler, buffer)
  end
  return sent and id or nil
end

-- Sends a request and waits for its result, a second at most; nil if none comes.
function M.request_now(client, method, params, buffer)
  local done, answer = false, nil
  M.request(client, method, params, buffer, function(_, result)
    done, answer = true, result
  end)
  vim.wait(1000, function()
    return done
  end, 10)
  return answer
end

-- Takes a request back.
function M.cancel(client, id)
  if vim.fn.has("nvim-0.11") == 1 then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

return M
