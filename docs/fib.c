// What the pictures of the debugger show.
#include <stdio.h>

int fib(int n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv) {
  printf("fib(9) is %d\n", fib(9));
  fflush(stdout);
  if (argc > 1) {
    *(volatile int *)0x1234 = 5;
  }
  return 0;
}
