// Double-precision arithmetic: bodies that attract each other.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BODIES 5
static double position[BODIES][3], speed[BODIES][3], mass[BODIES];

int main(int argc, char **argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 200000;
    for (int i = 0; i < BODIES; i++) {
        mass[i] = 1.0 / (1 + 9 * i);
        for (int k = 0; k < 3; k++) {
            position[i][k] = (i * 7 + k * 3) % 11 - 4.5;
            speed[i][k] = 0.01 * ((i * 5 + k) % 7 - 3);
        }
    }
    for (int step = 0; step < steps; step++) {
        for (int i = 0; i < BODIES; i++)
            for (int j = i + 1; j < BODIES; j++) {
                double d[3], square = 0.01;
                for (int k = 0; k < 3; k++) {
                    d[k] = position[i][k] - position[j][k];
                    square += d[k] * d[k];
                }
                double pull = 0.001 / (square * sqrt(square));
                for (int k = 0; k < 3; k++) {
                    speed[i][k] -= d[k] * mass[j] * pull;
                    speed[j][k] += d[k] * mass[i] * pull;
                }
            }
        for (int i = 0; i < BODIES; i++)
            for (int k = 0; k < 3; k++) position[i][k] += 0.001 * speed[i][k];
    }
    printf("%.12f %.12f\n", position[0][0], speed[4][2]);
    return 0;
}
