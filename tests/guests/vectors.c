// Loops that a compiler turns into AVX2 and FMA code, over every element type, with checksums.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define N 1031  // leaves a remainder for every vector length

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void show(const char *name, const void *data, size_t size) {
    const unsigned char *p = data;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 1099511628211u;
    printf("%-16s %016llx\n", name, (unsigned long long)hash);
}

#define LOOP(name, type, expression)                          \
    {                                                         \
        for (int i = 0; i < N; i++) r[i] = (type)(expression); \
        show(name, r, sizeof r);                              \
    }

// The element-by-element operations of one integer type, and what joins neighbours or lanes.
#define INTEGERS(type, bits)                                                                \
    static void integers_##type(void) {                                                     \
        static type a[N], b[N], r[N];                                                       \
        for (int i = 0; i < N; i++) a[i] = (type)next(), b[i] = (type)next();               \
        LOOP(#type " sum", type, a[i] + b[i])                                               \
        LOOP(#type " difference", type, a[i] - b[i])                                        \
        LOOP(#type " product", type, a[i] * b[i])                                           \
        LOOP(#type " logic", type, (a[i] & b[i]) ^ (~a[i] | b[N - 1 - i]))                  \
        LOOP(#type " least", type, a[i] < b[i] ? a[i] : b[i])                               \
        LOOP(#type " most", type, a[i] > b[i] ? a[i] : b[i])                                \
        LOOP(#type " shifts", type, (a[i] >> 3) + (type)((uint64_t)b[i] << 2))              \
        LOOP(#type " by lane", type, a[i] >> (b[i] & (bits - 1)))                           \
        LOOP(#type " choice", type, a[i] == b[i] || b[i] % 3 == 0 ? a[i] : (type)(b[i] / 2)) \
        LOOP(#type " reversed", type, a[N - 1 - i])                                         \
        LOOP(#type " gathered", type, a[(uint64_t)b[i] % N])                                \
        LOOP(#type " stride", type, a[i / 2 * 2] + a[i | (i < N - 1)])                      \
        type total = 0, least = a[0], any = 0;                                              \
        for (int i = 0; i < N; i++) {                                                       \
            total += (type)(a[i] * 3);                                                      \
            least = a[i] < least ? a[i] : least;                                            \
            any |= a[i];                                                                    \
        }                                                                                   \
        type found[] = {total, least, any};                                                 \
        show(#type " reduced", found, sizeof found);                                        \
    }

INTEGERS(int8_t, 8)
INTEGERS(uint8_t, 8)
INTEGERS(int16_t, 16)
INTEGERS(uint16_t, 16)
INTEGERS(int32_t, 32)
INTEGERS(uint32_t, 32)
INTEGERS(int64_t, 64)
INTEGERS(uint64_t, 64)

#define FLOATS(type, suffix)                                                                \
    static void floats_##type(void) {                                                       \
        static type a[N], b[N], r[N];                                                       \
        static int32_t n[N];                                                                \
        static int64_t wide[N];                                                             \
        for (int i = 0; i < N; i++) {                                                       \
            a[i] = (type)((int32_t)next()) / 65536;                                         \
            b[i] = (type)((int32_t)next()) / 1048576;                                       \
            n[i] = (int32_t)next();                                                         \
        }                                                                                   \
        a[7] = (type)NAN, b[9] = (type)INFINITY, a[9] = 0, b[11] = 0;                       \
        LOOP(#type " sum", type, a[i] + b[i])                                               \
        LOOP(#type " fused", type, fma##suffix(a[i], b[i], a[N - 1 - i]))                   \
        LOOP(#type " negated", type, fma##suffix(-a[i], b[i], -a[N - 1 - i]))               \
        LOOP(#type " quotient", type, a[i] / b[i] - b[i])                                   \
        LOOP(#type " root", type, sqrt##suffix(fabs##suffix(a[i])))                         \
        LOOP(#type " least", type, a[i] < b[i] ? a[i] : b[i])                               \
        LOOP(#type " choice", type, a[i] <= b[i] && a[i] > 1 ? a[i] * b[i] : -b[i])         \
        LOOP(#type " rounded", type, floor##suffix(a[i]) + ceil##suffix(b[i]) + rint##suffix(a[i])) \
        LOOP(#type " copied sign", type, copysign##suffix(a[i], b[i]))                      \
        LOOP(#type " from int", type, n[i])                                                 \
        LOOP(#type " gathered", type, a[(uint32_t)n[i] % N])                                \
        LOOP(#type " other width", type, (float)(a[i] + b[i]) * (double)b[i])               \
        for (int i = 0; i < N; i++) n[i] = (int32_t)b[i];                                   \
        show(#type " to int", n, sizeof n);                                                 \
        for (int i = 0; i < N; i++) wide[i] = a[i] == a[i] ? (int64_t)b[i] * (a[i] > 0) : 7; \
        show(#type " to long", wide, sizeof wide);                                          \
    }

FLOATS(float, f)
FLOATS(double, )

static void mixed(void) {
    static uint8_t bytes[N];
    static int16_t words[N];
    static int32_t numbers[N];
    static uint64_t wide[N];
    static struct { float x, y, z; } points[N];
    for (int i = 0; i < N; i++) {
        bytes[i] = (uint8_t)next();
        words[i] = (int16_t)next();
        points[i].x = (float)i, points[i].y = (float)bytes[i], points[i].z = (float)words[i];
    }
    int32_t sum = 0, distance = 0;
    for (int i = 0; i < N; i++) sum += words[i] * words[N - 1 - i];
    for (int i = 0; i < N; i++) distance += bytes[i] > bytes[N - 1 - i] ? bytes[i] - bytes[N - 1 - i] : 0;
    for (int i = 0; i < N; i++) numbers[i] = bytes[i] * words[i] + sum;
    for (int i = 0; i < N; i++) wide[i] = (uint64_t)(uint32_t)numbers[i] * bytes[i];
    for (int i = 0; i < N; i++)
        words[i] = numbers[i] > 32767 ? 32767 : numbers[i] < -32768 ? -32768 : (int16_t)numbers[i];
    for (int i = 0; i < N; i++) bytes[i] = (uint8_t)((bytes[i] + (unsigned)bytes[N - 1 - i] + 1) / 2);
    for (int i = 0; i < N; i++) if (bytes[i] & 1) numbers[i] = words[i];  // a masked store
    for (int i = 0; i < N; i++) points[i].x = fmaf(points[i].y, points[i].z, points[i].x);
    show("words", words, sizeof words);
    show("bytes", bytes, sizeof bytes);
    show("numbers", numbers, sizeof numbers);
    show("wide", wide, sizeof wide);
    show("points", points, sizeof points);
    printf("%d %d\n", sum, distance);
}

#ifdef __F16C__
#include <immintrin.h>

static void halves(void) {
    static float a[N], r[N];
    static uint16_t half[N];
    for (int i = 0; i < N; i++) a[i] = ldexpf((float)(int32_t)next(), (int)(next() % 60) - 60);
    for (int i = 0; i + 8 <= N; i += 8) {
        __m128i h = _mm256_cvtps_ph(_mm256_loadu_ps(a + i), 0);
        _mm_storeu_si128((__m128i *)(half + i), h);
        _mm256_storeu_ps(r + i, _mm256_cvtph_ps(h));
    }
    show("halves", half, sizeof half);
    show("from halves", r, sizeof r);
}
#else
static void halves(void) {}
#endif

int main(void) {
    integers_int8_t(), integers_uint8_t(), integers_int16_t(), integers_uint16_t();
    integers_int32_t(), integers_uint32_t(), integers_int64_t(), integers_uint64_t();
    floats_float(), floats_double();
    mixed();
    halves();
    return 0;
}
