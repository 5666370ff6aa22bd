"""Signals: what handlers see, what they change, and how programs end by them, all as natively."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]

FAULTS = ("read-null", "write-readonly", "read-noaccess", "read-hole", "read-crossing", "read-kernel",
          "read-noncanonical", "jump-null", "jump-noexec", "ud2", "divide", "divide-overflow", "int3", "hlt",
          "in", "cli", "sse-unaligned", "sse-divide", "x87-divide", "bus", "single-step")

CASES = ("basic", "nesting", "pending", "alternate", "overflow", "context", "storm", "interrupted",
         "restarted", "waiting", "threads", "spinning", "steps")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_reaches_its_handler_with_the_native_code_address_and_registers(
        fault: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), fault]).text.endswith("survived\n")


@pytest.mark.parametrize("how", ["default", "ignored", "blocked"])
@pytest.mark.parametrize("fault", ["read-null", "ud2", "divide", "int3", "bus"])
def test_a_fault_without_a_usable_handler_kills(
        fault: str, how: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), fault, how]).status < 0


@pytest.mark.parametrize("toolchain", ["static-musl", "dynamic-glibc"])
@pytest.mark.parametrize("case", CASES)
def test_handlers_masks_and_waits_behave_as_natively(
        case: str, toolchain: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("signals.c", toolchain), case]).status == 0


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGKILL", "SIGUSR1", "SIGSEGV",
                                  "SIGPIPE", "SIGTERM", "SIGXFSZ", "SIGSYS", "SIGRTMAX", "SIGCHLD", "SIGURG"])
def test_a_signal_without_a_handler_has_its_default_action_on_blink(
        name: str, guest: Guest, same_as_native: Same) -> None:
    number = signal.Signals[name]
    outcome = same_as_native([guest("signals.c"), "killed", str(int(number))])
    assert outcome.status == (0 if name in ("SIGCHLD", "SIGURG") else -number)


FRAMES = ("read", "edit", "alternate", "fault", "initial", "initial-sse", "fewer", "no-magic",
          "no-second-magic", "no-state", "bad-header", "bad-component", "bad-mxcsr")


@pytest.mark.parametrize("case", FRAMES)
def test_a_handler_finds_and_may_change_the_vector_registers_in_its_frame(
        case: str, guest: Guest, same_as_native: Same) -> None:
    if " avx " not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this host's CPU has no AVX")
    outcome = same_as_native([guest("xstate.c", "dynamic-glibc"), case])
    assert outcome.status == (-signal.SIGSEGV if case.startswith("bad-") else 0)
