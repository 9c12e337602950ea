" d3ls in a real Vim with ALE, on a copy of the project beside this file: $PROJECT. $SERVER is the program to start, $PLUGIN
" the folder of our files. Prints one line a check; the first that fails ends Vim with status 1.

function! s:Fail(what) abort
    call writefile(['FAILED: ' . a:what], '/dev/stderr', 'a')
    cquit 1
endfunction

" Waits until an expression holds.
function! s:WaitFor(holds, what) abort
    for l:turn in range(1500)
        if eval(a:holds)
            call writefile(['ok: ' . a:what], '/dev/stdout', 'a')

            return
        endif

        sleep 20m
    endfor

    call s:Fail(a:what . '; there is: ' . string(map(ale#engine#GetLoclist(bufnr('')), 'v:val.text')))
endfunction

" Whether a finding of this code is on this line.
function! s:Has(code, line) abort
    return !empty(filter(copy(ale#engine#GetLoclist(bufnr(''))), 'v:val.code is# a:code && v:val.lnum == a:line'))
endfunction

" The preview window's text.
function! s:Preview() abort
    for l:window in range(1, winnr('$'))
        if getwinvar(l:window, '&previewwindow')
            return join(getbufline(winbufnr(l:window), 1, '$'), "\n")
        endif
    endfor

    return ''
endfunction

function! s:Run() abort
    execute 'edit ' . $PROJECT . '/script.py'
    call s:WaitFor("s:Has('D3401', 2) && s:Has('D3312', 6)", 'findings arrive')

    call cursor(7, stridx(getline(7), 'returnOutputModel') + 1)
    ALEHover
    call s:WaitFor("s:Preview() =~# 'returnData'", 'a hover opens')
    pclose

    call cursor(2, stridx(getline(2), 'serverul') + 1)
    " It asks which one; the answer is on standard input.
    ALECodeAction
    call s:WaitFor("getline(2) =~# '\\[\"serverurl\"\\]'", 'a quick fix changes the script')
    " What a script does to a buffer is no event, as what is typed is.
    doautocmd TextChanged
    call s:WaitFor("!s:Has('D3401', 2)", 'its finding goes away')

    silent write
    execute 'edit ' . $PROJECT . '/d3.json'
    call setline(1, '{"kind": "nothing",')
    doautocmd TextChanged
    call s:WaitFor("s:Has('D3903', 1)", 'findings arrive in d3.json')
    qall!
endfunction

let g:ale_linters_explicit = 1
let g:ale_linters = {'python': ['d3ls'], 'json': ['d3ls'], 'toml': ['d3ls']}
let g:ale_d3ls_executable = $SERVER
let g:ale_d3ls_python = $PYTHON
let g:ale_hover_to_preview = 1
set nomore noswapfile
filetype plugin on
packadd! ale
let &runtimepath = $PLUGIN . ',' . &runtimepath
runtime! plugin/ale.vim

try
    call s:Run()
catch
    call s:Fail(v:exception . ' at ' . v:throwpoint)
endtry
