// SHA-256 (FIPS 180-4) of a buffer: rotations, additions and logic on 32-bit words.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t constants[64], hash[8];

static uint32_t turn(uint32_t x, int n) { return x >> n | x << (32 - n); }

// The first 32 bits of the fraction of n's root: the square root, or the cube root.
static uint32_t fraction(int n, int cube) {
    unsigned __int128 root = 0;
    for (int bit = 36; bit >= 0; bit--) {
        unsigned __int128 r = root | (unsigned __int128)1 << bit;
        unsigned __int128 power = cube ? r * r * r : r * r;
        if (power <= (unsigned __int128)n << (cube ? 96 : 64)) root = r;
    }
    return (uint32_t)root;
}

static void set_up(void) {
    for (int n = 2, found = 0; found < 64; n++) {
        int prime = 1;
        for (int d = 2; d * d <= n; d++) prime &= n % d != 0;
        if (!prime) continue;
        if (found < 8) hash[found] = fraction(n, 0);
        constants[found++] = fraction(n, 1);
    }
}

static void block(const uint8_t *p) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(v, hash, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
        uint32_t s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) hash[i] += v[i];
}

int main(int argc, char **argv) {
    long blocks = argc > 1 ? atol(argv[1]) : 40000;
    uint8_t data[64];
    set_up();
    for (long n = 0; n < blocks; n++) {
        memset(data, (int)n, sizeof data);
        block(data);
    }
    memset(data, 0, sizeof data);
    data[0] = 0x80;
    for (int i = 0; i < 8; i++) data[56 + i] = (uint64_t)blocks * 512 >> (56 - 8 * i);
    block(data);
    for (int i = 0; i < 8; i++) printf("%08x", hash[i]);
    printf("\n");
    return 0;
}
