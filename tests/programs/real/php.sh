#!/bin/bash
# needs: php
cat >main.php <<'P'
<?php
function fib($n) { return $n < 2 ? $n : fib($n - 1) + fib($n - 2); }
echo fib(20), "\n", hash('sha256', 'abc'), "\n", json_encode(['a' => [1, 2.5, null]]), "\n";
preg_match_all('/(\w)(\d+)/', 'a1 b22 c333', $found);
print_r($found[2]);
echo shell_exec('echo child $((2+3))'), serialize([1, 'x' => true]), "\n";
$process = proc_open(['sh', '-c', 'cat; exit 3'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
fwrite($pipes[0], "through a child\n"); fclose($pipes[0]);
echo stream_get_contents($pipes[1]), proc_close($process), "\n";
file_put_contents('file', str_repeat("line\n", 1000)); echo filesize('file'), ' ', count(file('file')), "\n";
function numbers() { for ($i = 0; $i < 3; $i++) yield $i => $i * $i; }
foreach (numbers() as $k => $v) echo "$k:$v ";
$server = stream_socket_server('tcp://127.0.0.1:0');
$client = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
$peer = stream_socket_accept($server); fwrite($peer, "hello\n"); echo fgets($client);
try { intdiv(1, 0); } catch (DivisionByZeroError $e) { echo $e->getMessage(), "\n"; }
exit(6);
P
php main.php; echo $?
php -d opcache.enable_cli=1 -d opcache.jit_buffer_size=16M -d opcache.jit=tracing -r '
for ($r = 0, $s = 0; $r < 20; $r++) for ($i = 0; $i < 20000; $i++) $s = ($s * 31 + $i) & 0xffffff; echo $s, "\n";'
