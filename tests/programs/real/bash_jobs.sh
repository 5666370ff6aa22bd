#!/bin/bash
# needs: bash python3
cat >drive.py <<'P'
import os, pty, re, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(PS1='READY> ', TERM='dumb', HISTFILE='/dev/null')
    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
text = ''
def until(words, seconds=60):
    global text
    end = time.time() + seconds
    while words not in text:
        if not select.select([fd], [], [], max(0, end - time.time()))[0]:
            print('no', repr(words), 'in', repr(text)); sys.exit(1)
        try: text += os.read(fd, 4096).decode()
        except OSError: break
    before, _, text = text.partition(words)
    return before
def send(line): os.write(fd, line)
def say(name, out): print(name, re.sub(r'\d{3,}', 'N', out).replace('\r', '').strip().splitlines()[1:])
until('READY> ')
for line in ['sleep 100 &', 'jobs', 'kill %1; wait 2>/dev/null', 'set -m; (exit 7) & wait $!; echo $?', 'stty -a | grep -o isig',
             'trap "echo interrupted" INT', 'sleep 0.05 | cat; echo ${PIPESTATUS[@]}']:
    send(line.encode() + b'\n'); out = until('READY> ')
    if 'kill' not in line: say(line, out)
send(b'sleep 100\n'); time.sleep(1); send(b'\x1a'); say('stopped', until('READY> '))
send(b'jobs\n'); say('jobs', until('READY> '))
send(b'bg\n'); say('bg', until('READY> '))
send(b'fg\n'); time.sleep(1); send(b'\x03'); say('fg', until('READY> '))
send(b'cat\n'); time.sleep(1); send(b'line\n'); time.sleep(0.3); send(b'\x04'); say('cat', until('READY> '))
send(b'python3 -c "import os,sys; print(os.getpgrp() == os.tcgetpgrp(0), sys.stdin.isatty())"\n'); say('python', until('READY> '))
send(b'cat & sleep 0.5; jobs\n'); say('background reader', until('READY> '))
send(b'kill -9 %1; sleep 1; wait\n'); until('READY> ')
send(b'exit 5\n')
try:
    while os.read(fd, 4096): pass
except OSError: pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
python3 drive.py
