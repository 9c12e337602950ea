;;; d3ls.el --- D3 SOAR custom commands, through eglot  -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))

;;; Commentary:

;; (require 'd3ls), then `M-x eglot' in a Python file, a d3.json or a d3ls.toml.
;; Python that is no D3 script gets nothing from the server.

;;; Code:

(require 'eglot)

(defgroup d3ls nil
  "D3 SOAR custom commands."
  :group 'tools)

(defcustom d3ls-command '("d3ls" "server")
  "The program of the language server and its arguments."
  :type '(repeat string))

(define-derived-mode d3ls-manifest-mode js-mode "D3 manifest"
  "For d3.json and its test cases, so that other JSON keeps its own server.")

(define-derived-mode d3ls-settings-mode conf-toml-mode "D3 settings"
  "For d3ls.toml.")

(add-to-list 'auto-mode-alist '("/d3\\.json\\'" . d3ls-manifest-mode))
(defun d3ls--is-case ()
  "Whether the buffer is a test case: JSON in a folder `tests' beside a d3.json."
  (and buffer-file-name
       (string-match-p "/tests/[^/]+\\.json\\'" buffer-file-name)
       (file-exists-p (expand-file-name "../d3.json" (file-name-directory buffer-file-name)))))

(add-to-list 'magic-mode-alist '(d3ls--is-case . d3ls-manifest-mode))
(add-to-list 'auto-mode-alist '("/d3ls\\.toml\\'" . d3ls-settings-mode))

(defun d3ls--contact (&rest _)
  "The command line of the server, or an error that says how to get one."
  (unless (executable-find (car d3ls-command))
    (user-error "There is no program `%s'; install d3ls, or set `d3ls-command'" (car d3ls-command)))
  d3ls-command)

(add-to-list 'eglot-server-programs
             '((python-mode python-ts-mode (d3ls-manifest-mode :language-id "json")
                (d3ls-settings-mode :language-id "toml"))
               . d3ls--contact))

(provide 'd3ls)
;;; d3ls.el ends here
