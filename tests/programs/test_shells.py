"""dash and bash: loops, pipelines, traps, background jobs, arithmetic, and what they start."""

import re

import pytest

from tests.programs.files import populate

SCRIPTS = {
    "arithmetic": "echo $((7 * 6)) $((1 << 40)) $((-7 / 2)) $((-7 % 3)) $((0x1f ^ 3)) $((5 > 3 && 2 > 1))",
    "loop": "i=0; while [ $i -lt 300 ]; do i=$((i + 1)); s=$s$((i % 10)); done; echo $s",
    "for": "for f in tree/*; do case $f in *.txt) echo text $f;; *) echo other $f;; esac; done",
    "pipeline": "cat words | sort -r | head -n 3 | tr a-z A-Z | while read w; do echo \"<$w>\"; done",
    "long pipeline": "seq 1 20000 | sed s/1/x/g | grep x | sort | uniq | wc -l",
    "substitution": "x=$(echo one; echo two); echo \"$x\" | wc -l; echo `basename /a/b/c.txt .txt`",
    "here document": "cat <<END\n$((3 * 3)) $(echo hi)\nEND\ncat <<'END'\n$x\nEND",
    "trap exit": "trap 'echo leaving $?' EXIT; echo working; exit 5",
    "trap signal": "trap 'echo got usr1' USR1; kill -USR1 $$; echo after; trap - USR1; echo done",
    "trap term in a loop": "trap 'echo term; exit 9' TERM; (sleep 0.2; kill -TERM $$) & while :; do :; done",
    "ignored signal": "trap '' TERM; sh -c 'kill -TERM $$; echo alive'",
    "killed by a signal": "kill -KILL $$",
    "child killed": "sh -c 'kill -SEGV $$'; echo $?; sh -c 'kill -TERM $$'; echo $?",
    "background": "(sleep 0.1; echo slow) & echo fast; wait; echo all",
    "background status": "sh -c 'exit 7' & p=$!; wait $p; echo $?",
    "many children": "for i in 1 2 3 4 5 6 7 8 9 10; do (exit $i) & done; wait; echo done",
    "redirection": "{ echo out; echo err >&2; } 2>both >both2; cat both both2; exec 3<words; read a <&3; echo $a",
    "append": "echo a >f; echo b >>f; cat f; : >f; wc -c <f; cat <nothing",
    "functions": "fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 10",
    "pipe closed early": "yes | head -n 3",
    "sigpipe status": "yes | true; echo done",
    "not found": "no-such-command-here; echo $?",
    "not executable": "./words; echo $?",
    "script": "tree/run.sh 'a b' c; PATH=$PATH:tree run.sh d",
    "umask": "umask 077; echo x >private; umask; ls -l private | cut -c 1-10",
    "cd": "cd tree/deep && pwd | sed s,.*home,, && cd .. && ls",
    "read": "printf 'a:b:c\\n1:2:3\\n' | while IFS=: read x y z; do echo $z$y$x; done",
    "fifo": "mkfifo pipe; (echo through the pipe >pipe) & cat pipe; wait; rm pipe",
    "exec": "exec echo replaced",
    "exec in a child": "(exec sh -c 'echo inner; exit 3'); echo $?",
    "times": "ulimit -n 100; ulimit -n",
    "environment": "A=1 sh -c 'echo $A'; export B=2; sh -c 'echo $B'; unset B; sh -c 'echo [$B]'",
}

BASH_ONLY = {
    "arrays": "a=(one two three); a+=(four); echo ${#a[@]} ${a[-1]} ${a[@]:1:2}; declare -A m=([x]=1 [y]=2); echo ${m[y]}",
    "bash arithmetic": "echo $((2**40)) $((16#ff)); for ((i = 0; i < 5; i++)); do ((s += i ** 2)); done; echo $s",
    "regex": "[[ foobar =~ o+(b.)r ]] && echo ${BASH_REMATCH[1]}; [[ abc == a* ]] && echo glob",
    "expansion": "s=hello.tar.gz; echo ${s%%.*} ${s##*.} ${s/l/L} ${s^^} ${#s} ${s:1:3}; echo {a..e}{1,2}",
    "process substitution": "diff <(sort words) <(sort -r words) | head -n 4; cat <(echo inside)",
    "pipestatus": "true | false | (exit 3); echo ${PIPESTATUS[@]}; set -o pipefail; false | true; echo $?",
    "jobs": "sleep 0.2 & sleep 0.1 & wait -n; echo $?; wait; jobs; echo none",
    "coproc": "coproc cat; echo to >&${COPROC[1]}; read x <&${COPROC[0]}; echo $x; kill $COPROC_PID",
    "trap err": "set -E; trap 'echo failed at $LINENO' ERR; false; true; (false)",
    "trap chld": "trap 'echo child' CHLD; /bin/true; :",
    "printf": "printf '%s|%5d|%-5s|%x|%q\\n' a 42 b 255 'c d'; printf -v x '%03d' 7; echo $x",
    "here string": "read -r a b <<<'one two three'; echo $b; mapfile -t l <words; echo ${#l[@]}",
    "read timeout": "read -t 0.2 x < <(sleep 2); echo $(( $? > 128 ))",
    "subshells": "x=1; (x=2; echo $x $BASH_SUBSHELL); echo $x; echo $(x=3; echo $x)",
    "signal number": "bash -c 'kill -INT $$'; echo $?; kill -l 15",
    "loops": "n=0; for i in {1..3000}; do n=$(( (n * 31 + i) % 65537 )); done; echo $n",
    "strings": "s=; for i in {1..200}; do s+=$i,; done; echo ${#s}; IFS=,; set -- $s; echo $#",
}


def without_process_ids(output: bytes) -> bytes:
    """bash tells the process ids of children that signals killed."""
    return re.sub(rb"line \d+: +\d+ ", b"line N: PID ", output)


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_script(shell, name, program, same_as_native):
    same_as_native([program(shell), "-c", SCRIPTS[name]], prepare=populate,
                   adjust=without_process_ids)


@pytest.mark.parametrize("name", BASH_ONLY)
def test_bash(name, program, same_as_native):
    same_as_native([program("bash"), "-c", BASH_ONLY[name]], prepare=populate)
