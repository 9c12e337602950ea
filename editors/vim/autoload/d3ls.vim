" d3ls as a linter of ALE's, for Vim 8.2 and later: D3 scripts, their d3.json and d3ls.toml.

call ale#Set('d3ls_executable', 'd3ls')
" The interpreter that runs scripts; empty: d3ls looks for Python 3.9.
call ale#Set('d3ls_python', '')

" The root of a buffer: its repository, since commands call each other across folders; empty where the server has nothing to
" say, and then ALE does not start it.
function! d3ls#Root(buffer) abort
    if getbufvar(a:buffer, '&filetype') isnot# 'python'
    \&& index(['d3.json', 'd3ls.toml'], fnamemodify(bufname(a:buffer), ':t')) < 0
        return ''
    endif

    let l:repository = ale#path#FindNearestDirectory(a:buffer, '.git')

    if !empty(l:repository)
        return fnamemodify(l:repository, ':h:h')
    endif

    for l:name in ['d3ls.toml', 'd3.json']
        let l:found = ale#path#FindNearestFile(a:buffer, l:name)

        if !empty(l:found)
            return fnamemodify(l:found, ':h')
        endif
    endfor

    return expand('#' . a:buffer . ':p:h')
endfunction

function! d3ls#Options(buffer) abort
    let l:python = ale#Var(a:buffer, 'd3ls_python')

    return empty(l:python) ? {} : {'python': l:python}
endfunction

function! d3ls#Define(filetype) abort
    call ale#linter#Define(a:filetype, {
    \   'name': 'd3ls',
    \   'lsp': 'stdio',
    \   'executable': {buffer -> ale#Var(buffer, 'd3ls_executable')},
    \   'command': '%e server',
    \   'project_root': function('d3ls#Root'),
    \   'initialization_options': function('d3ls#Options'),
    \})
endfunction
