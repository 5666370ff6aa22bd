// toolchain: dynamic-glibc
// In a dynamic program the second exec finds the loader and the libraries mapped and translated.
#include "the_second_fork_and_exec_do_as_the_first_did.c"
