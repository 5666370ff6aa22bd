#!/bin/bash
# needs: strace
strace -o out -e trace=write,getppid,chdir,exit_group,kill sh -c 'cd /; echo some words; cd /nowhere; exit 4'; echo $?
sed 's/getppid.*= [0-9]*/getppid = N/' out
strace -c -o counts true; tail -1 counts | grep -o total
