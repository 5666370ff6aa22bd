"""Program file formats: what is in a file, and where it goes in the guest's memory."""


class BadProgram(Exception):
    """A file that can't be run: the errno `execve` gives, and why in words."""

    def __init__(self, errno: int, reason: str) -> None:
        super().__init__(reason)
        self.errno = errno
        self.reason = reason


class Image:
    """Where a program ended up in memory, and where it starts."""

    __slots__ = (
        "brk",
        "code_end",
        "code_start",
        "data_end",
        "data_start",
        "entry",
        "executable_stack",
        "interpreter_base",
        "load_bias",
        "phdr",
        "phentsize",
        "phnum",
        "start",
    )

    def __init__(self) -> None:
        self.start = 0  # the first instruction: the interpreter's, if there is one
        self.entry = 0  # the program's own entry point
        self.phdr = 0
        self.phentsize = 0
        self.phnum = 0
        self.interpreter_base = 0
        self.load_bias = 0
        self.brk = 0
        self.code_start = self.code_end = self.data_start = self.data_end = 0
        self.executable_stack = False
