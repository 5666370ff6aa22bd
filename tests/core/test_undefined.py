"""What CPUID does not offer is undefined (docs/isa.md lists it), in every engine."""

import pytest

from blinkenlights.core import engine, host, memory
from tests.core.machine import CODE, Bare

UNDEFINED_OPCODE = 6

# One instruction of each extension that is decoded and not executed.
ABSENT = {
    "3DNOW": "0f0fc19e",  # pfadd mm0, mm1
    "AMX_TILE": "c4e27849c0",  # tilerelease
    "AVX512F": "62f1744858c2",  # vaddps zmm0, zmm1, zmm2
    "AVX512F, 128 bits": "62f1740858c2",  # vaddps xmm0, xmm1, xmm2
    "ENQCMD": "f20f38f800",  # enqcmd rax, [rax]
    "FMA4": "c4e369 68cb 40",  # vfmaddps xmm1, xmm2, xmm3, xmm4
    "HRESET": "f30f3af0c000",
    "KL": "f30f38dc00",  # aesenc128kl xmm0, [rax]
    "LWP": "8fe97812c0",  # llwpcb rax
    "MCOMMIT": "f30f01fa",
    "MONITORX": "0f01fa",
    "PADLOCK": "0fa7c0",  # xstore
    "PKU, read": "0f01ee",
    "PKU, write": "0f01ef",
    "PTWRITE": "f30faee0",  # ptwrite eax
    "RDPRU": "0f01fd",
    "RTM": "c7f800000000",  # xbegin
    "SGX1": "0f01d7",  # enclu
    "SMX": "0f37",  # getsec
    "SVM": "0f01d9",  # vmmcall
    "TDX": "660f01cc",  # tdcall
    "UINTR": "f30fc7f0",  # senduipi rax
    "VMX": "0f01c1",  # vmcall
    "WAITPKG": "f30faef0",  # umonitor rax
    "XOP": "8fe878c0c101",  # vprotb xmm0, xmm1, 1
}


@pytest.mark.parametrize("virtual", [False, True])
@pytest.mark.parametrize("extension", ABSENT)
def test_an_instruction_that_is_not_offered_is_undefined(extension: str, virtual: bool) -> None:
    bare = Bare(ABSENT[extension].replace(" ", ""), virtual)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip) == (UNDEFINED_OPCODE, CODE)


def test_translated_code_does_not_have_the_host_execute_what_is_not_offered() -> None:
    host.catch_faults()
    space = memory.AddressSpace(jit=True)
    space.map(CODE, 0x1000, 7, 0x22)
    cpu = engine.Processor(space)
    for number, code in enumerate(ABSENT.values()):
        start = CODE + 64 * number
        space.write(start, bytes.fromhex("90" + code))
        cpu.rip = start
        assert cpu.run() == engine.EXIT_EXCEPTION
        assert (cpu.vector, cpu.rip) == (UNDEFINED_OPCODE, start + 1)
