#!/bin/bash
# needs: luajit
cat > a.lua <<'X'
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local ffi, bit = require 'ffi', require 'bit'
ffi.cdef [[double sqrt(double); typedef struct {int a; double b;} P;]]
local p, h, t = ffi.new('P[100]'), 0, {}
for j = 1, 1000 do for i = 0, 99 do p[i].a = i * j; p[i].b = p[i].b + ffi.C.sqrt(i) end end
for i = 1, 2000000 do h = bit.bxor(bit.rol(h, 5), i) end
for i = 1, 50000 do t[i] = (i * 7919) % 100003 end
table.sort(t, function(a, b) return a > b end)
local s = 0
for i = 1, 300 do
    local f = loadstring('return function(x) local s = 0 for i = 1, 100 do s = s + x * ' .. i .. ' end return s end')()
    s = s + f(3)
end
print(fib(27), p[50].a, p[50].b, h, t[1], t[25000], s, pcall(error, 'caught'))
X
luajit a.lua; luajit -Ohotloop=2 a.lua; luajit -joff a.lua
