#!/bin/bash
# needs: node
node -e 'console.log([1,2,3].map(x => x * 2), 0.1 + 0.2, "é".length, typeof 1n, process.argv.length)
let f = n => n < 2 ? n : f(n-1) + f(n-2); console.log(f(18))
setTimeout(() => console.log("later"), 10); Promise.resolve().then(() => console.log("soon"))
process.on("exit", c => console.log("exit", c)); process.exitCode = 5'
echo $?
