"""A host whose CPU has less than CPUID offers: the interpreter executes what it lacks."""

import pytest

from blinkenlights.core import engine, host
from blinkenlights.core.memory import AddressSpace

CODE = 0x400000
XMM0 = bytes(range(16))


@pytest.mark.parametrize("withheld", [set(), {"SHA", "AVX"}])
def test_what_the_host_lacks_is_interpreted(withheld: set[str]) -> None:
    from blinkenlights.jit.x86_64.rules import withhold

    host.catch_faults()
    results = []
    for jit in (False, True):
        if jit:
            withhold(withheld)
        try:
            space = AddressSpace(jit=jit)
            space.map(CODE, 4096, 7, 0x32)
            # sha256rnds2 xmm0, xmm1; vaddpd ymm2, ymm0, ymm1; int3
            space.write(CODE, bytes.fromhex("0f38cbc1 c5fd58d1 cc"))
            cpu = engine.Processor(space)
            cpu.rip = CODE
            cpu.set_xmm(0, XMM0)
            cpu.set_xmm(1, XMM0[::-1] * 2)
            assert cpu.run() == engine.EXIT_INTERRUPT
            results.append((cpu.get_xmm(0), cpu.get_xmm(2)))
        finally:
            withhold(withheld, False)
    assert results[0] == results[1]
    assert results[0][0] != XMM0
