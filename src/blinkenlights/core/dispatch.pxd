# Which handler executes which mnemonic.

from blinkenlights.core.state cimport *

cdef enum:
    MAX_MNEMONICS = 4096

cdef Handler general[MAX_MNEMONICS]  # serves every size and form; NULL: not executed here
cdef Handler sized[MAX_MNEMONICS][5][4]  # by log2(size) and form, where there is a special one
# Likewise, but only for 64-bit code on linear memory, and memory operands without a segment base.
cdef Handler flat[MAX_MNEMONICS][5][4]

cdef u8 ends[MAX_MNEMONICS]  # the instruction ends its block
cdef u8 condition[MAX_MNEMONICS]  # Op.extra is its condition code

cdef enum:
    OWNERS = 4  # families that bind handlers of one mnemonic, at most
    BOUND = 1  # in `pending`: by a family that may not be loaded yet
    EXECUTED = 2  # and that one executes it without help of others

cdef u8 pending[MAX_MNEMONICS]
cdef u8 owners[MAX_MNEMONICS][OWNERS]  # numbers of families, from 1; 0: no more

# Load what executes a mnemonic. To be called before its handlers are looked at.
cdef void need(int number) noexcept nogil
# Is there a handler for it, loaded or not?
cdef bint executes(int number) noexcept nogil

# Bind `handler` to `name` (an Intel mnemonic of the opcode table, upper case). With `size` (bytes)
# and `form` it serves just those operands. Raises KeyError when the table has no such mnemonic.
cdef int bind(str name, Handler handler, int size=*, int form=*) except -1
cdef int bind_flat(str name, Handler handler, int size, int form) except -1

# The mnemonic's number; raises KeyError.
cdef int mnemonic_id(str name) except -1

# Say of a mnemonic that it ends its block, or that it takes a condition code.
cdef int ends_block(str name) except -1
cdef int takes_condition(str name) except -1
