"""--strace: what its lines look like."""

import re

import pytest

from blinkenlights.linux import strace, structures
from blinkenlights.linux.constants import FLAGS
from blinkenlights.tables.syscalls import STRUCTURES, SYSCALLS, pointer_mask
from tests.guests import ROOT


def trace(blink, args, **options):
    return blink(args, flags=["-j", "--strace"], **options).stderr.decode().splitlines()


def test_lines(guest, blink):
    lines = trace(blink, [guest("hello.c"), "world"])
    started = r'execve\(".*hello.*", \[".*"(\.\.\.)?, "world"\], 0x[0-9a-f]+ /\* \d+ vars \*/\) = 0'
    assert re.fullmatch(started, lines[0])
    written = r'writev\(1, \[\{iov_base="hello world", iov_len=11\}, .*\], 2\) += 12'
    assert any(re.fullmatch(written, line) for line in lines)
    assert re.fullmatch(r"exit_group\(1\) += \?", lines[-2])
    assert lines[-1] == "+++ exited with 1 +++"


def test_death_by_a_signal(program, blink):
    lines = trace(blink, [program("sh"), "-c", "kill -SEGV $$"])
    assert lines[-1].endswith("+++ killed by SIGSEGV +++")


def test_signals(program, blink):
    lines = trace(blink, [program("sh"), "-c", "trap 'echo caught' USR1; kill -USR1 $$"])
    expected = r"--- SIGUSR1 \{si_signo=SIGUSR1, si_code=SI_USER, si_pid=\d+, si_uid=\d+\} ---"
    assert any(re.fullmatch(expected, line) for line in lines)


@pytest.mark.parametrize("pattern", [
    r'openat\(AT_FDCWD, "none", O_RDONLY\) += -1 ENOENT \(No such file or directory\)',
    r'openat\(AT_FDCWD, "file", O_RDWR\|O_CREAT\|O_EXCL, 0666\) += 3',
    r'write\(3, "hello, world", 12\) += 12',
    r'newfstatat\(AT_FDCWD, "file", \{st_mode=S_IFREG\|0644, st_size=113, ...\}, 0\) += 0',
    r"lseek\(3, -1, SEEK_SET\) += -1 EINVAL \(Invalid argument\)",
    r"close\(-1\) += -1 EBADF \(Bad file descriptor\)",
    r"pipe2\(\[\d+, \d+\], O_NONBLOCK\) += 0",
    r'mkdir\("dir", 0777\) += 0',
    r'unlinkat\(\d+, "sub", AT_REMOVEDIR\) += 0',
    r'readlink\("link", "file", 200\) += 4',
    r"fcntl\(3, F_GETFL\S*, .*\) += \d+",
    r"ioctl\(\d+, TIOCGWINSZ, 0x[0-9a-f]+\) += -1 ENOTTY \(.*\)",
])
def test_decoding(guest, blink, pattern):
    lines = trace(blink, [guest("files.c", "static-glibc")])
    assert any(re.fullmatch(r"(\[pid +\d+\] )?" + pattern, line) for line in lines)


def test_processes_are_told_apart(program, blink):
    lines = trace(blink, [program("sh"), "-c", "/bin/true; echo done"])
    assert any(re.match(r"\[pid +\d+\] execve\(\"/bin/true\", \[\"/bin/true\"\]", line) for line in lines)


def test_strings_are_quoted_as_in_c():
    assert structures.quoted(b'a"\n\\\0001\xff') == r'"a\"\n\\\0001\377"'
    assert structures.quoted(b"x" * 40) == '"' + "x" * 32 + '"...'


def test_flags_and_errors():
    assert strace.flags("prot", 3) == "PROT_READ|PROT_WRITE"
    assert strace.flags("prot", 0, "PROT_NONE") == "PROT_NONE"
    assert strace.open_flags(0o2000101) == "O_WRONLY|O_CREAT|O_CLOEXEC"
    assert strace.open_flags(0o200000) == "O_RDONLY|O_DIRECTORY"
    assert strace.shown_result(-2, "fd") == "-1 ENOENT (No such file or directory)"
    assert strace.shown_result(-11, "size") == "-1 EAGAIN (Resource temporarily unavailable)"
    assert strace.shown_result(0x1000, "addr") == "0x1000"


def test_structures():
    address = b"\2\0\0\x50\x7f\0\0\1" + bytes(8)
    assert structures.sockaddr(address) == (
        '{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}')
    assert structures.sockaddr(b"\1\0/tmp/x\0") == '{sa_family=AF_UNIX, sun_path="/tmp/x"}'
    assert structures.sigset((1 << 1 | 1 << 16).to_bytes(8, "little")) == "[INT CHLD]"
    assert structures.sigset(b"\xff" * 8) == "~[]"
    assert structures.waited((256).to_bytes(4, "little")) == "[{WIFEXITED(s) && WEXITSTATUS(s) == 1}]"
    assert structures.file_mode(0o100755) == "S_IFREG|0755"


# ---- the table ----


def test_rows_are_well_formed():
    numbers = [row[0] for row in SYSCALLS]
    assert numbers == sorted(set(numbers))
    for _number, name, params, result, implementation in SYSCALLS:
        words = params.split()
        assert len(words) <= 6, name
        assert result in ("int", "uint", "long", "size", "off", "fd", "pid", "uid", "mode", "time", "addr",
                          "hex", "signal"), name
        for word in words:
            match = re.fullmatch(r"[<>=](\w+)(?:[*@](\d))?", word)
            if match:
                assert match[1] in STRUCTURES, name
                assert match[2] is None or int(match[2]) < len(words), name
            elif implementation == "direct":
                assert not word.startswith("&"), name


def test_pointer_masks():
    assert pointer_mask("fd >b*2 size") == 2
    assert pointer_mask("path path") == 3
    assert pointer_mask("addr size") == 0


def test_flag_words_have_names():
    known = set(FLAGS) | set(strace.ENUMS) | {"socktype", "sockopt", "map"}
    for row in SYSCALLS:
        for word in row[2].split():
            if word.endswith(":"):
                assert word[:-1] in known, row[1]


# Numbers without names of their own: keys, masks, indices, sizes, and flags of which none is defined.
PLAIN_NUMBERS = {
    "shmget", "semget", "msgget", "sysfs", "prctl", "keyctl", "process_vm_readv", "process_vm_writev", "kcmp",
    "copy_file_range", "pkey_alloc", "pidfd_send_signal", "pidfd_getfd", "process_madvise",
    "process_mrelease", "set_mempolicy_home_node", "cachestat", "futex_waitv",
    "futex_wake", "futex_wait", "futex_requeue",
    "statmount", "listmount", "lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules",
}  # fmt: skip


def test_no_implemented_call_shows_a_structure_or_flags_as_a_number():
    not_there = (None, "abi.enosys", "abi.eperm")
    raw = {row[1] for row in SYSCALLS if row[4] not in not_there and "hex" in row[2].split()}
    assert raw == PLAIN_NUMBERS
    # nothing is read or written behind a bare address
    bare = {row[1] for row in SYSCALLS if row[4] not in not_there and "addr" in row[2].split()}
    assert bare == {
        "ptrace",
        "mmap", "mprotect", "munmap", "brk", "mremap", "msync", "mincore", "madvise", "shmat", "clone",
        "shmdt", "mlock", "munlock", "arch_prctl", "futex", "io_destroy", "io_getevents", "io_submit",
        "io_cancel", "remap_file_pages", "set_tid_address", "mbind", "get_mempolicy", "set_robust_list",
        "getcpu", "mlock2", "pkey_mprotect", "io_pgetevents", "set_mempolicy_home_node",
    }  # fmt: skip


def test_every_implementation_is_there():
    from blinkenlights.linux.abi import implementation

    for row in SYSCALLS:
        if row[4] not in (None, "direct"):
            assert callable(implementation(row)), row[1]


def test_every_structure_can_be_shown():
    elsewhere = {"b", "msgbuf", "sockaddr", "fd_set"}
    for name in STRUCTURES:
        if any(re.search(rf"[<>=]{name}\b", row[2]) for row in SYSCALLS):
            assert name in structures.FORMATS or name in elsewhere, name


@pytest.mark.parametrize("row", SYSCALLS, ids=lambda row: row[1])
def test_a_call_with_bad_arguments_can_be_shown(row):
    """No argument, however wrong, is a traceback."""
    from types import SimpleNamespace

    from blinkenlights.core.memory import AddressSpace

    task = SimpleNamespace(space=AddressSpace())
    kinds = row[2].split()
    for value in (0, 1, 2**64 - 1, 0x7FFF_F000):
        call = strace.Call(task, row[1], kinds, [value] * len(kinds))
        for result in (0, 1, -14):
            call.result = result
            shown = [call.before(i) or call.after(i) for i in range(len(kinds))]
            assert all(isinstance(text, str) and text for text in shown)


@pytest.mark.parametrize("pattern", [
    r"openat2\(AT_FDCWD, \"file\", \{flags=O_RDONLY, mode=00, resolve=0\}, 24\) += \d+",
    r"fcntl\(3, F_SETLK, \{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=10, l_len=20, l_pid=\d+\}\) += 0",
    r"fcntl\(31, F_SETFD, 0\) += 0",
    r"fcntl\(3, F_SETFL, O_RDONLY\|O_APPEND\) += 0",
    r"ioctl\(\d+, FIONREAD, \[3\]\) += 0",
])
def test_arguments_that_depend_on_a_command(guest, blink, pattern):
    lines = trace(blink, [guest("files.c", "static-glibc", "-w")])
    assert any(re.fullmatch(r"(\[pid +\d+\] )?(" + pattern + ")", line) for line in lines)


def test_json_lines_go_to_a_file_and_follow_children(program, blink, tmp_path):
    import json

    target = tmp_path / "trace.json"
    script = "trap 'echo caught' USR1; /bin/true; kill -USR1 $$; exit 3"
    assert blink([program("sh"), "-c", script], flags=["-j", f"--strace-json={target}"]).stderr == b""
    records = [json.loads(line) for line in target.read_text().splitlines()]
    assert records[0]["event"] == "start" and records[0]["arguments"][1] == "-c"
    signals = [record["signal"] for record in records if record.get("event") == "signal"]
    assert signals[-1] == "SIGUSR1"
    assert (records[-1]["event"], records[-1]["status"]) == ("exit", 3)
    assert len({record["pid"] for record in records}) == 2
    execve = next(record for record in records if record.get("call") == "execve")
    assert execve["arguments"][0] == '"/bin/true"' and execve["number"] == 59
    failed = next(record for record in records if record.get("error"))
    assert failed["result"] < 0 and failed["error"].startswith("E")


def test_a_trace_goes_to_the_file_it_is_told(program, blink, tmp_path):
    target = tmp_path / "trace"
    assert blink([program("true")], flags=["-j", f"--strace={target}"]).stderr == b""
    assert target.read_text().endswith("+++ exited with 0 +++\n")


def test_the_documentation_lists_the_calls_that_are_not_there():
    page = (ROOT / "docs" / "linux.md").read_text()
    listed = page.partition("<!-- enosys -->")[2].partition("<!-- end -->")[0]
    assert re.findall(r"`(\w+)`", listed) == [row[1] for row in SYSCALLS if row[4] in (None, "abi.enosys")]
    assert f"of the {len(SYSCALLS)} calls" in page
    assert f"{sum(row[4] == 'direct' for row in SYSCALLS)} are its own" in page
