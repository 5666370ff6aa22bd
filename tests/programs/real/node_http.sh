#!/bin/bash
# needs: node
cat >main.js <<'J'
const http = require('http');
const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => response.end(`${request.method} ${request.url} ${body.length}`));
});
server.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  console.log(await (await fetch(`${base}/one`)).text());
  const many = Array.from({ length: 30 }, (_, i) =>
    fetch(`${base}/${i}`, { method: 'POST', body: 'x'.repeat(i * 1000) }).then((r) => r.text()));
  console.log((await Promise.all(many)).join('\n'));
  server.close(() => console.log('closed'));
  server.closeAllConnections();
});
J
node main.js
