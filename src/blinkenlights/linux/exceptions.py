"""CPU exceptions as the signals that Linux makes of them (Intel SDM volume 3, chapter 6)."""

from blinkenlights.linux.signal import (
    SI_KERNEL,
    SIGBUS,
    SIGFPE,
    SIGILL,
    SIGSEGV,
    SIGTRAP,
    force,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

DE, DB, BP, OF, BR, UD, DF, NP, SS, GP, PF, MF, AC, XM = 0, 1, 3, 4, 5, 6, 8, 11, 12, 13, 14, 16, 17, 19

SEGV_MAPERR, SEGV_ACCERR = 1, 2
BUS_ADRALN = 1
ILL_ILLOPN = 2
FPE_INTDIV, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES, FPE_FLTINV = 1, 3, 4, 5, 6, 7
TRAP_TRACE = 2

# Page fault error code (SDM volume 3, section 4.7)
PRESENT, WRITE, USER, FETCH = 1, 2, 4, 16

PAGE = 4096
CANONICAL_BITS = 47
USER_END = 1 << CANONICAL_BITS
KERNEL_START = (1 << 64) - USER_END
IDT_ENTRY = 2  # error code of #GP for an INT n that isn't allowed: n * 8 + 2

# Old static programs call these addresses for three system calls.
VSYSCALLS = {0xFFFFFFFFFF600000: 96, 0xFFFFFFFFFF600400: 201, 0xFFFFFFFFFF600800: 309}


def raise_signal(task: "Task") -> None:
    """After EXIT_EXCEPTION: the signal for the exception, unless it isn't an error after all."""
    cpu = task.cpu
    vector = cpu.vector
    if vector == PF:
        page_fault(task)
        return
    task.trap = vector
    task.error_code = cpu.error_code
    rip = cpu.rip
    if vector == DE:
        force(task, SIGFPE, FPE_INTDIV, rip)
    elif vector == UD:
        force(task, SIGILL, ILL_ILLOPN, rip)
    elif vector == BP:
        cpu.rip = rip + 1
        force(task, SIGTRAP, SI_KERNEL)
    elif vector == DB:
        force(task, SIGTRAP, TRAP_TRACE, rip)
    elif vector in (MF, XM):
        floating_point_error(task, vector)
    elif vector == AC:
        force(task, SIGBUS, BUS_ADRALN)
    elif vector in (NP, SS):
        force(task, SIGBUS, SI_KERNEL)
    else:  # #GP, #OF, #BR, ...
        force(task, SIGSEGV, SI_KERNEL)


def interrupt(task: "Task") -> None:
    """After EXIT_INTERRUPT, INT n: only INT3 and INTO's number may be used by programs."""
    cpu = task.cpu
    vector = cpu.vector
    task.error_code = 0
    if vector == BP:
        task.trap = BP
        force(task, SIGTRAP, SI_KERNEL)
    elif vector == OF:
        task.trap = OF
        force(task, SIGSEGV, SI_KERNEL)
    else:  # INT 0x80 too: there is no 32-bit system call interface here
        cpu.rip -= 2
        task.trap = GP
        task.error_code = vector * 8 + IDT_ENTRY
        force(task, SIGSEGV, SI_KERNEL)


def step(task: "Task") -> None:
    """An instruction is over that began with TF set."""
    task.trap = DB
    task.error_code = 0
    force(task, SIGTRAP, TRAP_TRACE, task.cpu.rip)


def halt(task: "Task") -> None:
    """HLT isn't for programs."""
    task.trap = GP
    task.error_code = 0
    force(task, SIGSEGV, SI_KERNEL)


def page_fault(task: "Task") -> None:
    cpu = task.cpu
    address = cpu.fault_address
    if address == cpu.rip and address in VSYSCALLS:
        vsyscall(task, VSYSCALLS[address])
        return
    if USER_END <= address < KERNEL_START:  # not canonical: the CPU says #GP
        task.trap = GP
        task.error_code = 0
        force(task, SIGSEGV, SI_KERNEL)
        return
    task.trap = PF
    task.fault_address = address
    error = cpu.error_code | USER
    page = address & ~(PAGE - 1)
    mapped = page + PAGE <= task.space.size and not task.space.is_free(page, PAGE)
    if cpu.host_signal == SIGBUS:
        task.error_code = error & ~PRESENT
        force(task, SIGBUS, cpu.host_code, address)
    elif mapped:
        task.error_code = error
        force(task, SIGSEGV, SEGV_ACCERR, address)
    elif task.process.growing and grows(task, page):
        pass  # the instruction runs again
    else:
        # addresses of the kernel's half look present to a program
        task.error_code = error & ~PRESENT if address < USER_END else error | PRESENT
        force(task, SIGSEGV, SEGV_MAPERR, address)


def grows(task: "Task", page: int) -> bool:
    from blinkenlights.linux import memory

    return memory.grow(task, page)


def vsyscall(task: "Task", number: int) -> None:
    """gettimeofday, time and getcpu at their old fixed addresses: do the call and return."""
    from blinkenlights.linux.kernel import system_call

    cpu = task.cpu
    sp = cpu.get(4)
    cpu.rip = task.space.u64(sp)
    cpu.set(4, sp + 8)
    cpu.set(0, number)
    system_call(task)


def floating_point_error(task: "Task", vector: int) -> None:
    """The si_code of the first unmasked exception in the x87 status word or MXCSR."""
    cpu = task.cpu
    if vector == MF:
        state = cpu.fxsave()
        control = int.from_bytes(state[0:2], "little")
        status = int.from_bytes(state[2:4], "little")
        error = status & ~control
    else:
        error = cpu.mxcsr & ~(cpu.mxcsr >> 7)
    if error & 1:
        code = FPE_FLTINV
    elif error & 4:
        code = FPE_FLTDIV
    elif error & 8:
        code = FPE_FLTOVF
    elif error & 0x12:
        code = FPE_FLTUND
    elif error & 0x20:
        code = FPE_FLTRES
    else:
        return
    force(task, SIGFPE, code, cpu.rip)
