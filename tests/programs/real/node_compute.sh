#!/bin/bash
# needs: node
cat >main.js <<'J'
// a loop that V8 optimises, deoptimises and optimises again
function kernel(a, n) {
  let h = 0;
  for (let i = 0; i < n; i++) h = (Math.imul(h, 31) + a[i & 1023] * 3 + (i >>> 2)) | 0;
  return h;
}
const ints = Int32Array.from({ length: 1024 }, (_, i) => i * 7);
const floats = Float64Array.from({ length: 1024 }, (_, i) => i / 3);
for (let round = 0; round < 20; round++) console.log(round, kernel(round % 5 === 4 ? floats : ints, 200000));
const points = [];
for (let i = 0; i < 20000; i++) points.push({ x: Math.sin(i), y: Math.cos(i) });
points.sort((a, b) => a.x - b.x);
console.log(points.slice(0, 3), points.reduce((s, p) => s + p.x * p.y, 0).toFixed(9));
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
  10, 9, 1, 7, 0, 32, 0, 32, 0, 108, 11]);
WebAssembly.instantiate(wasm).then(({ instance }) => console.log(instance.exports.f(123)));
console.log('abcabc'.replace(/(b)(c)/g, '$2$1'), 2n ** 200n, new Date(0).toISOString());
J
node main.js
