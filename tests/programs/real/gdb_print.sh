#!/bin/bash
# needs: gdb
gdb -nx -batch -ex 'print 6*7' -ex 'print sizeof(long)' -ex 'ptype struct nothing' 2>&1
