// A product of single-precision matrices, which compilers make packed SSE of.
#include <stdio.h>
#include <stdlib.h>

#define N 192
static float a[N][N], b[N][N], c[N][N];

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 10;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * 31 + j * 17) % 101 / 50.0f - 1;
            b[i][j] = (i * 13 + j * 29) % 97 / 48.0f - 1;
        }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++)
                for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
    double sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) sum += c[i][j];
    printf("%.3f\n", sum);
    return 0;
}
