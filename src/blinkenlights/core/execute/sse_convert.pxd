# Conversions between integers, singles and doubles.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *
from blinkenlights.core.execute.sse_host cimport *
from blinkenlights.core.execute.sse_nan cimport *
from blinkenlights.core.execute.sse_strict cimport *

# The packed conversions, by their mnemonics.
cdef enum:
    CVTDQ2PS = 0
    CVTPS2DQ = 1
    CVTTPS2DQ = 2
    CVTPD2DQ = 3
    CVTTPD2DQ = 4
    CVTPD2PS = 5
    CVTDQ2PD = 6
    CVTPS2PD = 7

cdef Op *cvtdq2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtps2dq(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttps2dq(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtpd2dq(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttpd2dq(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtpd2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtdq2pd(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtps2pd(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtss2sd(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtsd2ss(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtsi2ss(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtsi2sd(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtss2si(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttss2si(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtsd2si(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttsd2si(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtpi2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtpi2pd(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtps2pi(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttps2pi(Cpu *c, Op *o) noexcept nogil
cdef Op *cvtpd2pi(Cpu *c, Op *o) noexcept nogil
cdef Op *cvttpd2pi(Cpu *c, Op *o) noexcept nogil
