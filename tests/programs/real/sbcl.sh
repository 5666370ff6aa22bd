#!/bin/bash
# needs: sbcl
cat > a.lisp <<'X'
(defun fib (n) (declare (fixnum n)) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(print (list (fib 27) (mod (expt 7 2000) 1000003)))
(dotimes (i 10) (make-array 1000000))
(gc :full t)
(print (handler-case (/ 1 0) (division-by-zero () :division-by-zero)))
(print (handler-case (labels ((f (n) (1+ (f n)))) (f 1)) (storage-condition () :exhausted)))
(print (mapcar #'sb-thread:join-thread
  (loop for i below 4 collect (let ((i i)) (sb-thread:make-thread (lambda () (loop repeat 200 do (make-string 10000)) (fib (+ 15 i))))))))
(print (handler-case (sb-ext:with-timeout 0.2 (loop)) (sb-ext:timeout () :timeout)))
X
sbcl --non-interactive --no-userinit --load a.lisp 2>/dev/null
