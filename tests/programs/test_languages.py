"""Interpreters and other large programs, each doing something typical."""

import pytest

from tests.programs.files import populate

PERL = {
    "hashes": "my %h; $h{$_ % 7} .= chr(65 + $_ % 26) for 0..200; print map { \"$_=$h{$_}\\n\" } sort keys %h",
    "floats": "printf \"%.15g %.3e %s\\n\", sqrt(2), exp(50), 0.1 + 0.2; print 1e308 * 10, ' ', 9**0.5, \"\\n\"",
    "backticks": "my $x = `echo from the shell; exit 3`; print $x, $? >> 8, \"\\n\"; print `ls tree`",
    "regex": "my $t = 'the quick brown fox' x 50; my $n = () = $t =~ /\\b(\\w)\\w*\\1?/g; print \"$n\\n\"; "
             "($a = $t) =~ s/(\\w+) (\\w+)/$2 $1/g; print length $a, \"\\n\"",
    "sort": "print join(',', sort { $b <=> $a } map { ($_ * 7919) % 1009 } 1..300), \"\\n\"",
    "fork": "my $p = fork; if (!$p) { print \"child\\n\"; exit 4 } waitpid $p, 0; print \"parent \", $? >> 8, \"\\n\"",
    "pipe": "open my $f, '-|', 'sort', '-r', 'words' or die; print while <$f>; close $f; print \"$?\\n\"",
    "signals": "$SIG{ALRM} = sub { print \"alarm\\n\"; exit 2 }; alarm 1; 1 while 1",
    "die": "eval { die \"inner\\n\" }; print \"caught $@\"; die \"outer\\n\"",
    "pack": "print unpack('H*', pack('NnCa5d>', 1, 2, 3, 'abc', 1.5)), \"\\n\"; print 2**53 + 1, \"\\n\"",
    "big loop": "my $s = 0; $s = ($s * 31 + $_) % 1000003 for 1..100000; print \"$s\\n\"",
}

PYTHON = {
    "json": "import json; d = {'a': [1, 2.5, None, True, 'x\\u00e9'], 'b': {str(i): i / 7 for i in range(50)}}\n"
            "s = json.dumps(d, sort_keys=True); print(s); assert json.loads(s) == d",
    "hashlib": "import hashlib\nfor n in ['md5', 'sha1', 'sha256', 'sha512', 'blake2b', 'sha3_256']:\n"
               "    print(n, hashlib.new(n, b'abc' * 10000).hexdigest())",
    "re": "import re; t = 'foo123bar45 ' * 200\nprint(len(re.findall(r'(\\w+?)(\\d+)', t)), "
          "re.sub(r'(?P<a>[a-z]+)(\\d)', r'\\2\\g<a>', t)[:60])",
    "decimal": "from decimal import *; getcontext().prec = 60; print(Decimal(2).sqrt(), Decimal(1) / 7, Decimal(1).exp())",
    "integers": "print(pow(3, 100000, 10**50), 2**1000 // 3**300, len(str(7**5000)), hash(10**30))",
    "floats": "import math; print(math.pi, math.sin(1), math.exp(1.5), math.fsum([.1] * 10), 1e22, repr(0.1), float('nan'))\n"
              "print(math.gamma(5.5), math.erf(0.3), (0.5).hex(), round(2.675, 2), 1 / 3, math.log2(10), math.pow(2, .5))",
    "threads": "import threading, queue\nq = queue.Queue(); lock = threading.Lock(); total = 0\n"
               "def work():\n    global total\n    for _ in range(500):\n        with lock: total += 1\n    q.put(1)\n"
               "ts = [threading.Thread(target=work) for _ in range(6)]; [t.start() for t in ts]; [t.join() for t in ts]\n"
               "print(total, q.qsize())",
    "subprocess": "import subprocess as s; print(s.run(['sort', '-n'], input='3\\n1\\n2\\n', text=True, capture_output=True))\n"
                  "print(s.run('exit 5', shell=True).returncode, s.run(['sh', '-c', 'kill -9 $$']).returncode)\n"
                  "print(s.check_output('echo $((6 * 7)); pwd | wc -l', shell=True))",
    "asyncio": "import asyncio\nasync def serve(r, w):\n    w.write((await r.readline()).upper()); await w.drain(); w.close()\n"
               "async def one(port, i):\n    r, w = await asyncio.open_connection('127.0.0.1', port)\n"
               "    w.write(b'hello %d\\n' % i); x = await r.read(); w.close(); return x\n"
               "async def main():\n    s = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
               "    port = s.sockets[0].getsockname()[1]\n"
               "    print(await asyncio.gather(*[one(port, i) for i in range(8)])); s.close()\n"
               "    p = await asyncio.create_subprocess_exec('echo', 'sub', stdout=-1); print(await p.communicate())\n"
               "asyncio.run(main())",
    "sockets": "import socket, os\na, b = socket.socketpair()\nif os.fork() == 0:\n    b.sendall(b'x' * 100000); os._exit(0)\n"
               "b.close(); n = 0\nwhile d := a.recv(65536): n += len(d)\nprint(n, os.wait()[1])",
    "signals": "import signal, os, time\nsignal.signal(signal.SIGUSR1, lambda *a: print('usr1', a[0]))\n"
               "os.kill(os.getpid(), signal.SIGUSR1)\nsignal.setitimer(signal.ITIMER_REAL, .1)\n"
               "signal.signal(signal.SIGALRM, lambda *a: 1 / 0)\ntry:\n    time.sleep(5)\nexcept ZeroDivisionError: print('alarm')\n"
               "os.kill(os.getpid(), signal.SIGTERM)",
    "multiprocessing": "import multiprocessing as m\nif __name__ == '__main__':\n"
                       "    with m.get_context('fork').Pool(3) as p: print(p.map(abs, range(-10, 10)))",
    "zlib": "import zlib, bz2, lzma; d = bytes(i * i % 251 for i in range(20000))\n"
            "for z in (zlib, bz2, lzma): c = z.compress(d); print(len(c), z.decompress(c) == d)\nprint(zlib.crc32(d), zlib.adler32(d))",
    "mmap": "import mmap, os, tempfile\nf = open('data', 'r+b'); m = mmap.mmap(f.fileno(), 0); print(len(m), m[100:110]); m[0:3] = b'xyz'; m.close()\n"
            "print(open('data', 'rb').read(5))",
    "sqlite": "import sqlite3; c = sqlite3.connect('db'); c.execute('create table t(a, b)')\n"
              "c.executemany('insert into t values(?, ?)', [(i, i * i) for i in range(500)]); c.commit()\n"
              "print(c.execute('select sum(a), avg(b) from t where a % 3 = 1').fetchall())",
    "exception": "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(3)",
    "exit": "import sys; print('x', file=sys.stderr); sys.exit(41)",
    "paths": "import os, pathlib, glob; print(sorted(glob.glob('tree/**', recursive=True)), os.stat('data').st_size, os.access('words', os.X_OK))\n"
             "print(os.readlink('tree/link'), pathlib.Path('tree/run.sh').stat().st_mode, os.sysconf('SC_PAGESIZE'))",
    "proc": "import os, sys; print(open('/proc/self/comm').read(), open('/proc/self/cmdline', 'rb').read()[:17], os.readlink('/proc/self/exe') == os.path.realpath(sys.executable))",
    "sorting": "import random; r = random.Random(1); d = [r.random() for _ in range(20000)]; d.sort(); print(d[::2000], sum(d))",
    "recursion": "import functools\n@functools.cache\ndef f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(300))",
}

SQL = {
    "aggregate": "create table t(a integer primary key, b text, c real);"
                 "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
                 " insert into t select i, 'row ' || i, i * 1.5 from n;"
                 "select count(*), sum(c), max(b), total(a) from t where a % 7 = 3;"
                 "create index x on t(b); select * from t where b = 'row 77'; explain query plan select * from t where b = 'q';",
    "transactions": "create table t(a); begin; insert into t values(1); rollback; select count(*) from t;"
                    "begin; insert into t values(2); commit; select * from t; pragma integrity_check;",
    "functions": "select printf('%.10g', 2.0 / 3), hex('abc'), upper('x'), date('2020-02-29', '+1 year'), json_extract('{\"a\":[1,2]}', '$.a[1]');",
    "error": "select * from missing;",
}

LUA = {
    "tables": "local t = {} for i = 1, 2000 do t[i] = (i * 7919) % 1009 end table.sort(t) print(t[1], t[1000], #t, table.concat(t, ',', 1, 20))",
    "strings": "print(('hello world'):gsub('o', '0'), string.format('%5.2f|%x|%q', 3.14159, 255, 'a\\nb'), ('x'):rep(5))",
    "closures": "local function f(n) local s = 0 return function() s = s + n return s end end local g = f(3) g() g() print(g())",
    "coroutines": "local c = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(i * i) end end) for i = 1, 5 do io.write(c(), ' ') end print()",
    "numbers": "print(7 // 2, 7 % -3, 2 ^ 0.5, 1 / 0, math.maxinteger + 1 == math.mininteger, 10 // 3.0, 3 | 4)",
    "error": "error('stop here')",
    "popen": "local p = io.popen('echo from popen; exit 3') print(p:read('a'), p:close())",
}


@pytest.mark.parametrize("name", PERL)
def test_perl(name, program, same_as_native):
    same_as_native([program("perl"), "-e", PERL[name]], prepare=populate)


@pytest.mark.parametrize("name", PYTHON)
def test_python(name, program, same_as_native):
    same_as_native([program("python3"), "-c", PYTHON[name]], prepare=populate)


@pytest.mark.parametrize("name", SQL)
def test_sqlite(name, program, same_as_native):
    same_as_native([program("sqlite3"), "database"], stdin=SQL[name].encode() + b"\n")


@pytest.mark.parametrize("name", LUA)
def test_lua(name, program, same_as_native):
    same_as_native([program("lua5.4"), "-e", LUA[name]])


@pytest.mark.parametrize("digest", ["-md5", "-sha1", "-sha256", "-sha512", "-sha3-256", "-blake2b512"])
def test_openssl_digest(digest, program, same_as_native):
    same_as_native([program("openssl"), "dgst", digest, "data", "words"], prepare=populate)


OPENSSL = ["enc -aes-256-cbc -K 00112233445566778899aabbccddeeff -iv 0011 -in data",
           "enc -chacha20 -K 0011 -iv 0011 -in data",
           "enc -base64 -in words", "prime 1000003", "dgst -sha256 -hmac key words", "rand -hex x", "version"]


@pytest.mark.parametrize("command", OPENSSL)
def test_openssl(command, program, same_as_native):
    same_as_native([program("openssl"), *command.split()], prepare=populate)
