"""The flags of `blinkenlights`: one row each. The parser, the help and the manual come from these rows."""

from typing import NamedTuple


class Flag(NamedTuple):
    """`value` names what follows the flag; in brackets, what may follow a long one after an equals sign."""

    short: str
    long: str
    value: str
    help: str

    @property
    def key(self) -> str:
        return self.long

    @property
    def shown(self) -> str:
        """As the help and the manual write it."""
        value = f" {self.value}" if self.value else ""
        if self.value.startswith("["):
            value = f"[={self.value[1:-1]}]"
        return f"{f'-{self.short}, ' if self.short else ''}--{self.long}{value}"


FLAGS = (
    Flag("h", "help", "", "show this help and exit"),
    Flag("r", "real-mode", "", "PROG is a disk image: boot it on a PC that starts in real mode"),
    Flag("B", "bios", "PATH", "with -r: start this BIOS ROM instead of the built-in services"),
    Flag("", "option-rom", "PATH", "with -r: add an option ROM, as a display's BIOS; can be repeated"),
    Flag("", "memory", "MIB", "with -r: the PC's memory, 2 to 3072 MiB; 16 if not given"),
    Flag("", "keep-writes", "", "with -r: keep what is written to the disk image (else it is forgotten)"),
    Flag("b", "break", "WHERE", "push a breakpoint at a hexadecimal address or a symbol; can be repeated"),
    Flag("w", "watch", "WHERE", "push a watchpoint likewise"),
    Flag("j", "jit", "", "translate code: much faster; a step may be a whole path, and there is no way back"),
    Flag("m", "linear", "", "linear memory: faster; some statistics are not known then"),
    Flag("t", "no-tui", "", "no screen: run the program, say on standard error what happens"),
    Flag("L", "log", "PATH", "log to PATH; - or /dev/stderr is standard error "
                             "(else $BLINK_LOG_FILENAME, else blink.log in $TMPDIR or /tmp)"),
    Flag("s", "statistics", "", "print statistics to standard error at exit"),
    Flag("H", "no-highlight", "", "no syntax highlighting"),
    Flag("R", "no-reactive", "", "deliver signals to the program instead of stopping at its faults"),
    Flag("v", "verbose", "", "more in the disassembly: bytes; twice, source lines too"),
    Flag("z", "zoom", "[STEPS]", "zoom the memory panels out, a halving each step; can be repeated"),
    Flag("C", "root", "DIR", "take DIR for the root of the file system"),
    Flag("", "intel", "", "disassemble in Intel's syntax"),
    Flag("", "theme", "NAME", "dark, light or plain (16 colours); else by what the terminal says"),
    Flag("", "cpu", "NAME", "the CPU that CPUID describes: x86-64, x86-64-v2, x86-64-v3 or max"),
    Flag("", "no-record", "", "don't record: faster, and there is no way back"),
    Flag("", "pictures", "DIR", "where ctrl-s saves pictures (else the current directory)"),
    Flag("", "serve", "[PORT]", "show the screen in a web browser, at http://localhost:8000 or another port"),
    Flag("", "version", "", "show the version and exit"),
)  # fmt: skip

SHORT = {flag.short: flag for flag in FLAGS if flag.short}
LONG = {flag.long: flag for flag in FLAGS}

HEAD = """\
usage: blinkenlights [FLAGS] PROG [ARGS...]

See an x86-64 program run, forwards and backwards. PROG is searched on PATH when it has no slash.
"""


class UsageError(Exception):
    """A flag that isn't one, or lacks its value."""


def parse(words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The values of each flag given, by its long name, and the words from the first that isn't a flag."""
    given: dict[str, list[str]] = {}
    i = 0
    while i < len(words) and len(words[i]) > 1 and words[i].startswith("-"):
        word = words[i]
        i += 1
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            flag = LONG.get(name)
            if flag is None:
                raise UsageError(f"unknown flag --{name}")
            if equals and not flag.value:
                raise UsageError(f"--{name} takes no value")
            if not equals and flag.value and not flag.value.startswith("["):
                value, i = following(words, i, f"--{name}")
            given.setdefault(flag.key, []).append(value)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = SHORT.get(letter)
            if flag is None:
                raise UsageError(f"unknown flag -{letter}")
            value = ""
            if flag.value and not flag.value.startswith("["):
                if letters:
                    value, letters = letters, ""
                else:
                    value, i = following(words, i, f"-{letter}")
            given.setdefault(flag.key, []).append(value)
    return given, words[i:]


def following(words: list[str], i: int, flag: str) -> tuple[str, int]:
    if i == len(words):
        raise UsageError(f"{flag} needs a value")
    return words[i], i + 1


def usage() -> str:
    """The help text."""
    wide = max(len(flag.shown) + (0 if flag.short else 4) for flag in FLAGS) + 2
    lines = [HEAD]
    for flag in FLAGS:
        name = flag.shown if flag.short else f"    {flag.shown}"
        text, width = flag.help.split(), 100 - wide - 2
        rows = [""]
        for word in text:
            if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
                rows.append("")
            rows[-1] += f" {word}" if rows[-1] else word
        lines.append(f"  {name:<{wide}}{rows[0]}")
        lines += [" " * (wide + 2) + row for row in rows[1:]]
    return "\n".join(lines) + "\n"


def table() -> str:
    """The flags as Markdown, for the manual."""
    rows = []
    for flag in FLAGS:
        names = [f"`{name}`" for name in flag.shown.split(", ")]
        rows.append(f"| {', '.join(names)} | {flag.help} |")
    return "\n".join(["| flag | |", "|---|---|", *rows]) + "\n"
