"""The small programs every system has."""

import pytest

from tests.programs.files import populate

COMMANDS = [
    "ls -la tree",
    "ls -lR tree",
    "cat words numbers",
    "sort -n numbers",
    "sort -k3,3nr table",
    "sha256sum data words",
    "md5sum data",
    "dd if=data of=copy bs=1000 count=50 status=none",
    "dd if=data bs=4096 skip=3 count=2 conv=swab status=none",
    "date -u -d @0",
    "date -u -d 2038-01-19T03:14:08Z +%A:%j:%s",
    "env -i A=1 B=two /usr/bin/env",
    "env",
    "timeout 0.3 sleep 20",
    "timeout 20 sh -c 'exit 3'",
    "wc words table data",
    "head -c 100 data",
    "tail -n 3 words",
    "cut -d ' ' -f 1,3 table",
    "tr a-z A-Z < words",
    "uniq -c numbers",
    "seq 1 3 20",
    "expr 6 '*' 7",
    "factor 600851475143 18446744073709551557",
    "od -A x -t x1z -N 64 data",
    "base64 data",
    "cksum data",
    "stat -c %n:%s:%a:%F tree tree/a.txt tree/link",
    "readlink -f tree/link",
    "cp -r tree copy",
    "ln -s words alias",
    "mv words moved",
    "rm -r tree",
    "mkdir -p one/two/three",
    "touch -d @5 fresh",
    "chmod 600 words",
    "tee copy < words",
    "printf '%05.2f|%x|%s\\n' 3.14159 255 text",
    "test -f words -a -d tree",
    "false",
    "uname -s -m",
    "id -u",
    "pwd",
    "nproc",
    "join -1 1 -2 1 table table",
    "comm words words",
    "fold -w 10 words",
    "nl words",
    "paste words numbers",
    "split -l 4 words part-",
    "shuf --random-source=data words",
    "numfmt --to=iec 123456789",
    "cat no-such-file",
    "ls --no-such-option",
    "grep -E '^(a|b).*[aeiou]{1}' words",
    "grep -n -r gamma tree/deep/c.txt",
    "grep -v -c an words",
    "grep -P '(?<=n)a' words",
    "grep nothing-like-it words",
    "sed -n 's/\\([a-z]\\)\\1/<\\1\\1>/gp' words",
    "sed -e '2,4d' -e y/abc/xyz/ words",
    "sed -i s/pear/PEAR/ words",
    "awk '{ total += $3; seen[$1]++ } END { print total, length(seen) }' table",
    "awk 'BEGIN { printf \"%.10f %d %s\\n\", atan2(0, -1), 2 ** 31, substr(\"hello\", 2, 3) }'",
    "awk '{ print | \"sort -r\" }' words",
    "find tree -type f",
    "find tree -name '*.txt' -size +0 -exec wc -c {} +",
    "find tree -newer words",
    "xargs -n 2 echo < words",
    "diff words table",
    "cmp words table",
    "gzip -c data | gzip -d",
    "gzip -9 -n -c words",
    "xz -c data | xz -d -c",
    "xz --check=crc64 -6 -c words",
    "bzip2 -c data | bzip2 -d",
    "tar -cf - --sort=name tree",
    "tar -czf out.tar.gz tree && tar -tzf out.tar.gz | sort",
    "bc -l",
    "dc -e '2 64 ^ p'",
    "xxd -l 64 data",
    "strings -n 4 /bin/true",
    "file words",
    "which ls",
    "hexdump -C -n 64 data",
]

# Standard input for those that read it.
INPUT = {"bc -l": b"scale=30\n4*a(1)\n2^200\nfor (i = 0; i < 5; i++) i*i\ne(1)\nsqrt(2)\n"}

# Their results are files, so list and read them as well.
WRITERS = ("dd if=data of=copy", "cp", "ln", "mv", "rm", "mkdir", "touch", "chmod", "tee", "split", "sed -i")
LISTING = "find . -printf '%p %m %s %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 cksum"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:40])
def test_command(command, program, same_as_native):
    """Run as one command where it has no pipe, so that only the program itself is under test."""
    for part in command.split("|"):
        program(part.split()[0].strip("'"))
    shell = program("bash")
    script = f"exec {command}" if not {"|", "&"} & set(command) else command
    if command.startswith(WRITERS):
        script = f"{command}; echo $?; {LISTING}"
    same_as_native([shell, "-c", script], stdin=INPUT.get(command, b""), prepare=populate)


BUSYBOX = [
    "ls -la tree", "sort -n numbers", "sha256sum data", "md5sum data", "awk '{ print $3 + 1 }' table",
    "sed s/a/b/g words", "grep -E 'an|rr' words", "find tree -type f", "gzip -c data", "tar -cf - tree",
    "sh -c 'for i in 1 2 3; do echo $((i * i)); done | tail -n 1'", "wc words", "od -x words", "env",
    "expr 7 '*' 6", "date -u -d @0", "seq 10", "factor 1234567890", "vi --help", "no-such-applet",
    "ash -c 'trap \"echo bye\" EXIT; (exit 4); echo $?'", "bc -l", "diff words table", "xargs echo",
]


@pytest.mark.parametrize("command", BUSYBOX, ids=lambda command: command[:30])
def test_busybox(command, program, same_as_native):
    busybox, shell = program("busybox"), program("sh")
    same_as_native([shell, "-c", f"exec {busybox} {command}"], stdin=INPUT.get(command, b"one two\n"),
                   prepare=populate)
