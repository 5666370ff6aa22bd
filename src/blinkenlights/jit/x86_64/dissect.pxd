# What became of guest code in translation, for people and tests.

from blinkenlights.core.memory cimport AddressSpace
from blinkenlights.jit.cache cimport *
from blinkenlights.jit.x86_64.common cimport *
