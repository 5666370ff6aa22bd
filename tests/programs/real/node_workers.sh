#!/bin/bash
# needs: node
cat >main.js <<'J'
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
if (isMainThread) {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  let left = 4, sum = 0;
  for (let i = 0; i < 4; i++) {
    const worker = new Worker(__filename, { workerData: { i, shared } });
    worker.on('message', (m) => { sum += m; });
    worker.on('exit', () => { if (--left === 0) { console.log(sum, Atomics.load(shared, 0)); children(); } });
  }
} else {
  let s = 0;
  for (let n = 0; n < 20000; n++) s += n % (workerData.i + 2);
  for (let n = 0; n < 100; n++) Atomics.add(workerData.shared, 0, 1);
  parentPort.postMessage(s);
}
function children() {
  const { execFileSync, spawn, fork } = require('child_process');
  console.log(execFileSync('sh', ['-c', 'echo child $((1+2))']).toString().trim());
  const cat = spawn('cat');
  cat.stdout.on('data', (d) => console.log('cat said', d.toString().trim()));
  cat.on('close', (code) => {
    console.log('cat', code);
    const killed = spawn('sleep', ['100']);
    killed.on('exit', (c, signal) => { console.log(c, signal); crypto(); });
    killed.kill();
  });
  cat.stdin.end('words\n');
}
function crypto() {
  const c = require('crypto'), z = require('zlib');
  c.pbkdf2('a', 'b', 100, 16, 'sha256', (e, k) => console.log(k.toString('hex')));
  z.gzip(Buffer.alloc(10000, 'x'), (e, b) => console.log(z.gunzipSync(b).length));
}
J
node main.js | sort
