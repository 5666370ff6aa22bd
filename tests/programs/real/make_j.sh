#!/bin/bash
# needs: make gcc
for i in 1 2 3 4 5 6; do echo "int f$i(int x) { return x * $i; }" >f$i.c; done
{ for i in 1 2 3 4 5 6; do echo "int f$i(int);"; done; echo '#include <stdio.h>'; echo 'int main(void) { printf("%d\n", f1(1) + f2(2) + f3(3) + f4(4) + f5(5) + f6(6)); }'; } >main.c
printf 'OBJECTS = main.o f1.o f2.o f3.o f4.o f5.o f6.o\nprogram: $(OBJECTS)\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O1 -c $<\nfail:\n\t@sleep 0.2; exit 3\n' >Makefile
make -j4 program | sort
./program
make -j4 -k fail 2>/dev/null; echo $?
make -j3 program
