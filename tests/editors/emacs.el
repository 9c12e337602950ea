;; d3ls.el in a real Emacs with eglot, on a copy of the project beside this file: PROJECT; SERVER is the program to start.
;; Prints a line a check; the first that fails ends Emacs with status 1.
;;  -*- lexical-binding: t -*-

(package-initialize)
(add-to-list 'load-path (getenv "PLUGIN"))
(require 'd3ls)
(require 'flymake)
(setq d3ls-command (list (getenv "SERVER") "server")
      eglot-confirm-server-initiated-edits nil
      eglot-sync-connect 30
      make-backup-files nil)

(defun check (holds what)
  (unless holds
    (message "FAILED: %s\n%s" what (buffer-string))
    (kill-emacs 1))
  (message "ok: %s" what))

(defun wait-for (holds what)
  (with-timeout (30 (check nil what))
    (while (not (funcall holds))
      (accept-process-output nil 0.02)))
  (message "ok: %s" what))

(defun put-cursor-on (line text)
  (goto-char (point-min))
  (forward-line (1- line))
  (check (search-forward text (line-end-position) t) (format "line %d has %s" line text))
  (goto-char (match-beginning 0)))

(defun here (line)
  (save-excursion
    (goto-char (point-min))
    (forward-line (1- line))
    (buffer-substring-no-properties (line-beginning-position) (line-end-position))))

(defun found (text)
  (seq-find (lambda (it) (string-match-p (regexp-quote text) (flymake-diagnostic-text it))) (flymake-diagnostics)))

(find-file (expand-file-name "script.py" (getenv "PROJECT")))
(apply #'eglot (eglot--guess-contact))
(check (eglot-current-server) "the server starts")

;; Findings, by Emacs' own positions.
(flymake-start)
(wait-for (lambda () (and (found "serverul") (found "print"))) "findings arrive")
(put-cursor-on 2 "\"serverul\"")
(check (= (point) (flymake-diagnostic-beg (found "serverul"))) "the unknown key is marked where it stands")
(put-cursor-on 6 "print")
(check (= (point) (flymake-diagnostic-beg (found "print"))) "columns are right behind an emoji")

;; Hover, as eldoc asks for it.
(put-cursor-on 7 "returnOutputModel")
(let (told)
  (eglot-hover-eldoc-function (lambda (text &rest _) (setq told text)))
  (wait-for (lambda () told) "a hover comes")
  (check (string-match-p "returnData" told) "the hover tells the fields of an output model"))

;; Completion.
(put-cursor-on 2 "serverul")
(let ((offered (pcase (eglot-completion-at-point)
                 (`(,_ ,_ ,table . ,_) (all-completions "" table)))))
  (check (seq-find (lambda (it) (string-match-p "serverurl" it)) offered) "completion offers the connection's keys"))

;; A quick fix, chosen from the menu as with the keyboard.
(setq last-nonmenu-event ?a)
(cl-letf (((symbol-function 'completing-read)
           (lambda (_ choices &rest _) (car (seq-find (lambda (it) (string-match-p "Change to `serverurl`" (car it))) choices)))))
  (call-interactively #'eglot-code-actions))
(check (equal (here 2) "    return runtime[\"connector\"][\"serverurl\"]") "a quick fix changes the script")
;; Emacs tells the server when it is idle, which it never is in batch.
(eglot--signal-textDocument/didChange)
(wait-for (lambda () (not (found "serverul`"))) "its finding goes away")

;; A rename reaches the manifest; Emacs asks whether it may.
(put-cursor-on 10 "Version")
(cl-letf (((symbol-function 'y-or-n-p) #'always))
  (eglot-rename "Release"))
(check (equal (here 10) "def Release():") "a rename changes the script")
(with-current-buffer (find-file-noselect (expand-file-name "d3.json" (getenv "PROJECT")))
  (check (string-match-p "\"internalName\": \"Release\"" (buffer-string)) "a rename changes the manifest")
  (check (eq major-mode 'd3ls-manifest-mode) "the manifest has its mode"))

;; Without the program there is one clear message.
(eglot-shutdown (eglot-current-server))
(setq d3ls-command '("/none/d3ls" "server"))
(check (equal (condition-case problem (apply #'eglot (eglot--guess-contact)) (user-error (cadr problem)))
              "There is no program ‘/none/d3ls’; install d3ls, or set ‘d3ls-command’")
       "a missing program is one clear message")
