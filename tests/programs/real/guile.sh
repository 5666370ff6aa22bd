#!/bin/bash
# needs: guile
export GUILE_AUTO_COMPILE=0
cat >main.scm <<'S'
(use-modules (ice-9 threads) (ice-9 popen) (ice-9 rdelim) (ice-9 futures) (srfi srfi-1))
(define pid (primitive-fork))
(if (= pid 0) (primitive-_exit 7) (begin (display (status:exit-val (cdr (waitpid pid)))) (newline)))
(define (factorial n) (if (= n 0) 1 (* n (factorial (- n 1)))))
(display (factorial 50)) (newline)
(define (loop i sum) (if (= i 300000) sum (loop (+ i 1) (modulo (+ (* sum 31) i) 1000003))))
(display (loop 0 1)) (newline)
(define lock (make-mutex))
(define total 0)
(for-each join-thread
  (map (lambda (i) (call-with-new-thread (lambda () (do ((n 0 (+ n 1))) ((= n 200)) (with-mutex lock (set! total (+ total i)))))))
       (iota 6)))
(display total) (newline)
(display (par-map (lambda (x) (* x x)) (iota 8))) (newline)
(define port (open-input-pipe "echo child $((3+4))"))
(display (read-line port)) (display (status:exit-val (close-pipe port))) (newline)
(display (catch 'misc-error (lambda () (error "on purpose" 1)) (lambda (key . rest) key))) (newline)
(display (call/cc (lambda (k) (for-each (lambda (x) (when (> x 3) (k x))) (iota 10)) 'none))) (newline)
(gc)
(display (fold + 0 (filter even? (iota 1000)))) (newline)
S
guile -s main.scm 2>/dev/null
