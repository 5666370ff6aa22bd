"""What CPUID answers (Intel manual, volume 2, CPUID; volume 1, chapter 20).

`LEAVES` holds what never changes, `FEATURES` one row for each feature bit. A feature is offered when
the interpreter executes all the instructions that the row names, so CPUID can't promise too much;
that the row stands for the whole extension is for the tests to see. `LEVELS` names CPUs that have less.
"""

from blinkenlights.tables.cpuid_host import HOST_SYSTEM, fit, words

TYPE_CHECKING = False  # programs ask for CPUID as they start: importing typing would cost more than the rest
if TYPE_CHECKING:
    from collections.abc import Callable

EAX = 0
EBX = 1
ECX = 2
EDX = 3

Leaves = dict[tuple[int, int], list[int]]  # (leaf, subleaf) -> registers

HYPERVISOR = 0x40000000
EXTENDED = 0x80000000

# Family 6, model 0x97: an Intel CPU with AVX2, VAES and SHA but not AVX-512.
SIGNATURE = 0x00090672
BRAND = "Blinkenlights x86-64 virtual CPU"

CACHE_LINE = 64

FEATURES: tuple[tuple[int, int, int, str, str], ...] = (
    # leaf, register, bit, name, instructions it promises
    (1, ECX, 0, "SSE3", "ADDSUBPD HADDPS LDDQU MOVDDUP MOVSHDUP FISTTP"),
    (1, ECX, 1, "PCLMULQDQ", "PCLMULQDQ"),
    (1, ECX, 9, "SSSE3", "PSHUFB PALIGNR PABSB PHADDW PMADDUBSW PMULHRSW PSIGNB"),
    (1, ECX, 12, "FMA", "VFMADD132PS VFMADD213SD VFMADDSUB231PD VFNMSUB231SS"),
    (1, ECX, 13, "CX16", "CMPXCHG16B"),
    (1, ECX, 19, "SSE4_1", "BLENDPS DPPS EXTRACTPS INSERTPS MPSADBW PCMPEQQ PEXTRB PHMINPOSUW PTEST ROUNDSD"),
    (1, ECX, 20, "SSE4_2", "PCMPESTRI PCMPESTRM PCMPISTRI PCMPISTRM PCMPGTQ CRC32"),
    (1, ECX, 22, "MOVBE", "MOVBE"),
    (1, ECX, 23, "POPCNT", "POPCNT"),
    (1, ECX, 25, "AES", "AESENC AESENCLAST AESDEC AESDECLAST AESIMC AESKEYGENASSIST"),
    (1, ECX, 26, "XSAVE", "XSAVE XRSTOR XGETBV"),
    (1, ECX, 27, "OSXSAVE", "XSAVE XRSTOR XGETBV"),
    (1, ECX, 28, "AVX", "VADDPS VAESENC VBLENDVPD VBROADCASTF128 VCMPPD VCOMISS VCVTPS2PD VCVTTSD2SI VDIVSD"
     " VDPPS VHADDPS VINSERTF128 VLDMXCSR VMASKMOVPS VMINPD VMOVDQU VMOVMSKPS VMOVNTDQA VPACKUSWB VPADDB"
     " VPALIGNR VPCMPESTRI VPERM2F128 VPHADDW VPMOVZXBD VPSHUFB VPSLLW VPTEST VPUNPCKHWD VRCPPS VROUNDSD"
     " VSHUFPS VSQRTPS VTESTPS VZEROALL VZEROUPPER"),
    (1, ECX, 29, "F16C", "VCVTPH2PS VCVTPS2PH"),
    (1, ECX, 30, "RDRAND", "RDRAND"),
    (1, ECX, 31, "HYPERVISOR", ""),
    (1, EDX, 0, "FPU", "FADD FLD FSTP FXAM FPREM1 FSINCOS"),
    (1, EDX, 3, "PSE", ""),
    (1, EDX, 4, "TSC", "RDTSC"),
    (1, EDX, 5, "MSR", ""),
    (1, EDX, 6, "PAE", ""),
    (1, EDX, 8, "CX8", "CMPXCHG8B"),
    (1, EDX, 13, "PGE", ""),
    (1, EDX, 15, "CMOV", "CMOVCC FCMOVB FCOMI"),
    (1, EDX, 16, "PAT", ""),
    (1, EDX, 17, "PSE36", ""),
    (1, EDX, 19, "CLFSH", "CLFLUSH"),
    (1, EDX, 23, "MMX", "EMMS PADDB PMADDWD MOVQ"),
    (1, EDX, 24, "FXSR", "FXSAVE FXRSTOR"),
    (1, EDX, 25, "SSE", "ADDPS MOVAPS LDMXCSR SFENCE"),
    (1, EDX, 26, "SSE2", "ADDPD MOVAPD MOVDQA LFENCE MFENCE PAUSE"),
    (7, EBX, 0, "FSGSBASE", "RDFSBASE RDGSBASE WRFSBASE WRGSBASE"),
    (7, EBX, 3, "BMI1", "ANDN BEXTR BLSI BLSMSK BLSR TZCNT"),
    (7, EBX, 5, "AVX2", "VBROADCASTI128 VGATHERDPS VINSERTI128 VPBLENDD VPBROADCASTB VPERM2I128 VPERMD VPERMQ"
     " VPGATHERQQ VPMASKMOVD VPSLLVD VPSRAVD"),
    (7, EBX, 8, "BMI2", "BZHI MULX PDEP PEXT RORX SARX SHLX SHRX"),
    (7, EBX, 9, "ERMS", "MOVSB STOSB"),
    (7, EBX, 13, "FCS_FDS_DEPRECATED", ""),
    (7, EBX, 18, "RDSEED", "RDSEED"),
    (7, EBX, 19, "ADX", "ADCX ADOX"),
    (7, EBX, 23, "CLFLUSHOPT", "CLFLUSHOPT"),
    (7, EBX, 24, "CLWB", "CLWB"),
    (7, EBX, 29, "SHA", "SHA1MSG1 SHA1MSG2 SHA1NEXTE SHA1RNDS4 SHA256MSG1 SHA256MSG2 SHA256RNDS2"),
    (7, ECX, 0, "PREFETCHWT1", "PREFETCHWT1"),
    (7, ECX, 8, "GFNI", "GF2P8AFFINEINVQB GF2P8AFFINEQB GF2P8MULB"),
    (7, ECX, 9, "VAES", "VAESDEC VAESDECLAST VAESENC VAESENCLAST VAESIMC VAESKEYGENASSIST"),
    (7, ECX, 10, "VPCLMULQDQ", "VPCLMULQDQ"),
    (7, ECX, 22, "RDPID", "RDPID"),
    (7, EDX, 4, "FSRM", "MOVSB"),
    (0x80000001, ECX, 0, "LAHF", "LAHF SAHF"),
    (0x80000001, ECX, 5, "LZCNT", "LZCNT"),
    (0x80000001, ECX, 6, "SSE4A", "EXTRQ INSERTQ MOVNTSD MOVNTSS"),
    (0x80000001, ECX, 8, "PREFETCHW", "PREFETCHW"),
    (0x80000001, EDX, 11, "SYSCALL", "SYSCALL"),
    (0x80000001, EDX, 20, "NX", ""),
    (0x80000001, EDX, 27, "RDTSCP", "RDTSCP"),
    (0x80000001, EDX, 29, "LM", ""),
    (0x80000008, EBX, 0, "CLZERO", "CLZERO"),
)

# Executed, but not offered: programs have ways without them that are faster wherever they would have to be
# interpreted. Translated code leaves them to the interpreter on any host.
NOT_OFFERED = """
AADD AAND AOR AXOR BLCFILL BLCI BLCIC BLCMSK BLCS BLSFILL BLSIC CMPCCXADD MOVDIR64B MOVDIRI SERIALIZE T1MSKC
TZMSK VBCSTNEBF162PS VBCSTNESH2PS VCVTNEEBF162PS VCVTNEEPH2PS VCVTNEOBF162PS VCVTNEOPH2PS VCVTNEPS2BF16
VPDPBSSD VPDPBSSDS VPDPBSUD VPDPBSUDS VPDPBUSD VPDPBUSDS VPDPBUUD VPDPBUUDS VPDPWSSD VPDPWSSDS VPDPWSUD
VPDPWSUDS VPDPWUSD VPDPWUSDS VPDPWUUD VPDPWUUDS VPMADD52HUQ VPMADD52LUQ VSHA512MSG1 VSHA512MSG2
VSHA512RNDS2 VSM3MSG1 VSM3MSG2 VSM3RNDS2 VSM4KEY4 VSM4RNDS4
"""

# The microarchitecture levels of the x86-64 psABI: what each adds to the one before.
LEVELS = {
    "x86-64": "CMOV CX8 FPU FXSR MMX SYSCALL SSE SSE2",
    "x86-64-v2": "CX16 LAHF POPCNT SSE3 SSE4_1 SSE4_2 SSSE3",
    "x86-64-v3": "AVX AVX2 BMI1 BMI2 F16C FMA LZCNT MOVBE XSAVE OSXSAVE",
}
MAX = "max"  # everything
CPUS = (*LEVELS, MAX)
# What uses the registers that only AVX has.
NEEDS_AVX = {"AVX2", "FMA", "F16C", "VAES", "VPCLMULQDQ"}
# Features that are there at every level.
PLATFORM = "HYPERVISOR PSE TSC MSR PAE PGE PAT PSE36 CLFSH NX LM RDTSCP FSGSBASE FCS_FDS_DEPRECATED"

# Components of the extended state (bits of XCR0), and where XSAVE's standard layout has them.
X87_SSE = 3
AVX_STATE = 4
AVX_OFFSET = 576  # also the size without it
AVX_SIZE = 256

# The bit of leaf 0x80000001, ECX that says whether the JIT runs.
JIT_LEAF = 0x80000001


def vendor(highest: int, name: str) -> list[int]:
    """Leaf 0 or 0x80000000: the name stands in EBX, EDX, ECX."""
    b, d, c = words(name, 3)
    return [highest, b, c, d]


def cache(kind: int, level: int, size: int, ways: int) -> list[int]:
    """One subleaf of leaf 4. `kind`: 1 data, 2 instructions, 3 both."""
    sets = size // (ways * CACHE_LINE)
    return [kind | level << 5 | 1 << 8, (ways - 1) << 22 | (CACHE_LINE - 1), sets - 1, 0]


def allowed(cpu: str) -> set[str]:
    """Names of the features that a CPU of `CPUS` may have."""
    if cpu == MAX:
        return {row[3] for row in FEATURES}
    levels = list(LEVELS)[: list(LEVELS).index(cpu) + 1]
    return set(PLATFORM.split()).union(*(LEVELS[level].split() for level in levels))


def components(cpu: str) -> int:
    """Its XCR0; 0 where it has no XSAVE."""
    features = allowed(cpu)
    return 0 if "XSAVE" not in features else X87_SSE | AVX_STATE if "AVX" in features else X87_SSE


def build(
    executes: "Callable[[str], bool]", processors: int, system: str, steady_tsc: bool, cpu: str = MAX
) -> Leaves:
    """All leaves, for an interpreter that executes the mnemonics for which `executes` is true."""
    leaves: Leaves = {
        (0, 0): vendor(0xD, "GenuineIntel"),
        (1, 0): [SIGNATURE, CACHE_LINE // 8 << 8, 0, 0],
        (2, 0): [0x00FF0001, 0, 0, 0],  # caches: see leaf 4
        (4, 0): cache(1, 1, 32 << 10, 8),
        (4, 1): cache(2, 1, 32 << 10, 8),
        (4, 2): cache(3, 2, 1 << 20, 16),
        (4, 3): cache(3, 3, 16 << 20, 16),
        (7, 0): [0, 0, 0, 0],
        (0xB, 0): [0, 1, 0x100, 0],  # one thread a core
        (0xB, 1): [0, 0, 0x201, 0],
        **extended_state(components(cpu)),
        (HYPERVISOR, 0): [HYPERVISOR, *words("GenuineBlink", 3)],
        (HOST_SYSTEM, 0): [0, 0, 0, 0],
        (EXTENDED, 0): vendor(0x80000008, "GenuineIntel"),
        (0x80000001, 0): [0, 0, 0, 0],
        (0x80000006, 0): [0, 0, (1 << 20 >> 10) << 16 | 8 << 12 | CACHE_LINE, 0],
        (0x80000007, 0): [0, 0, 0, 0],
        (0x80000008, 0): [48 << 8 | 46, 0, 0, 0],  # bits of linear and physical addresses
    }
    for leaf in range(3):
        leaves[0x80000002 + leaf, 0] = words(BRAND[16 * leaf : 16 * leaf + 16], 4)
    names = allowed(cpu)
    for leaf, register, bit, name, mnemonics in FEATURES:
        if name in names and all(executes(mnemonic) for mnemonic in mnemonics.split()):
            leaves[leaf, 0][register] |= 1 << bit
    if "AVX" not in offered(leaves):
        for leaf, register, bit, name, _ in FEATURES:
            if name in NEEDS_AVX:
                leaves[leaf, 0][register] &= ~(1 << bit)
    return fit(leaves, processors, system, steady_tsc)


def extended_state(xcr0: int) -> Leaves:
    """Leaf 0xD: sizes for the components enabled and for all there are, then each one's place."""
    if not xcr0:
        return {}
    area = AVX_OFFSET + (AVX_SIZE if xcr0 & AVX_STATE else 0)
    leaves: Leaves = {
        (0xD, 0): [xcr0, area, area, 0],
        (0xD, 1): [0b111, area, 0, 0],  # XSAVEOPT, XSAVEC, XGETBV with ECX = 1
    }
    if xcr0 & AVX_STATE:
        leaves[0xD, 2] = [AVX_SIZE, AVX_OFFSET, 0, 0]
    return leaves


def offered(leaves: Leaves) -> set[str]:
    """Names of the features that are set."""
    return {name for leaf, register, bit, name, _ in FEATURES if leaves[leaf, 0][register] >> bit & 1}
