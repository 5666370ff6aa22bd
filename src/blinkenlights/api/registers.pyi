"""Types of the registers."""

from blinkenlights.core.registers import RegisterFile
from blinkenlights.core.registers import Vector as Vector

class Registers(RegisterFile):
    @staticmethod
    def names() -> list[str]: ...
    def snapshot(self) -> dict[str, int | float | bytes]: ...
    rax: int
    rbx: int
    rcx: int
    rdx: int
    rsi: int
    rdi: int
    rbp: int
    rsp: int
    r8: int
    r9: int
    r10: int
    r11: int
    r12: int
    r13: int
    r14: int
    r15: int
    rip: int
    rflags: int
    cs: int
    ss: int
    ds: int
    es: int
    fs: int
    gs: int
    fs_base: int
    gs_base: int
    cs_base: int
    ss_base: int
    ds_base: int
    es_base: int
    mxcsr: int
    fcw: int
    fsw: int
    ftw: int
    eax: int
    ebx: int
    ecx: int
    edx: int
    esi: int
    edi: int
    ebp: int
    esp: int
    r8d: int
    r9d: int
    r10d: int
    r11d: int
    r12d: int
    r13d: int
    r14d: int
    r15d: int
    ax: int
    bx: int
    cx: int
    dx: int
    si: int
    di: int
    bp: int
    sp: int
    r8w: int
    r9w: int
    r10w: int
    r11w: int
    r12w: int
    r13w: int
    r14w: int
    r15w: int
    al: int
    bl: int
    cl: int
    dl: int
    sil: int
    dil: int
    bpl: int
    spl: int
    r8b: int
    r9b: int
    r10b: int
    r11b: int
    r12b: int
    r13b: int
    r14b: int
    r15b: int
    ah: int
    bh: int
    ch: int
    dh: int
    cf: bool
    pf: bool
    af: bool
    zf: bool
    sf: bool
    tf: bool
    if_: bool
    df: bool
    of: bool
    nt: bool
    rf: bool
    ac: bool
    id: bool
    st0: float
    st1: float
    st2: float
    st3: float
    st4: float
    st5: float
    st6: float
    st7: float
    @property
    def xmm0(self) -> Vector: ...
    @xmm0.setter
    def xmm0(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm1(self) -> Vector: ...
    @xmm1.setter
    def xmm1(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm2(self) -> Vector: ...
    @xmm2.setter
    def xmm2(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm3(self) -> Vector: ...
    @xmm3.setter
    def xmm3(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm4(self) -> Vector: ...
    @xmm4.setter
    def xmm4(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm5(self) -> Vector: ...
    @xmm5.setter
    def xmm5(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm6(self) -> Vector: ...
    @xmm6.setter
    def xmm6(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm7(self) -> Vector: ...
    @xmm7.setter
    def xmm7(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm8(self) -> Vector: ...
    @xmm8.setter
    def xmm8(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm9(self) -> Vector: ...
    @xmm9.setter
    def xmm9(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm10(self) -> Vector: ...
    @xmm10.setter
    def xmm10(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm11(self) -> Vector: ...
    @xmm11.setter
    def xmm11(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm12(self) -> Vector: ...
    @xmm12.setter
    def xmm12(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm13(self) -> Vector: ...
    @xmm13.setter
    def xmm13(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm14(self) -> Vector: ...
    @xmm14.setter
    def xmm14(self, value: Vector | bytes | int) -> None: ...
    @property
    def xmm15(self) -> Vector: ...
    @xmm15.setter
    def xmm15(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm0(self) -> Vector: ...
    @ymm0.setter
    def ymm0(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm1(self) -> Vector: ...
    @ymm1.setter
    def ymm1(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm2(self) -> Vector: ...
    @ymm2.setter
    def ymm2(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm3(self) -> Vector: ...
    @ymm3.setter
    def ymm3(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm4(self) -> Vector: ...
    @ymm4.setter
    def ymm4(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm5(self) -> Vector: ...
    @ymm5.setter
    def ymm5(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm6(self) -> Vector: ...
    @ymm6.setter
    def ymm6(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm7(self) -> Vector: ...
    @ymm7.setter
    def ymm7(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm8(self) -> Vector: ...
    @ymm8.setter
    def ymm8(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm9(self) -> Vector: ...
    @ymm9.setter
    def ymm9(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm10(self) -> Vector: ...
    @ymm10.setter
    def ymm10(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm11(self) -> Vector: ...
    @ymm11.setter
    def ymm11(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm12(self) -> Vector: ...
    @ymm12.setter
    def ymm12(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm13(self) -> Vector: ...
    @ymm13.setter
    def ymm13(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm14(self) -> Vector: ...
    @ymm14.setter
    def ymm14(self, value: Vector | bytes | int) -> None: ...
    @property
    def ymm15(self) -> Vector: ...
    @ymm15.setter
    def ymm15(self, value: Vector | bytes | int) -> None: ...
