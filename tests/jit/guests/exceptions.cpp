// Exceptions through many frames, by the unwinder that reads return addresses from the stack.
#include <cstdio>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

static long destroyed;

struct Guard {
    long weight;
    explicit Guard(long w) : weight(w) {}
    ~Guard() { destroyed += weight; }
};

static __attribute__((noinline)) long thrower(int depth, int kind) {
    Guard guard(depth);
    if (depth == 0) {
        if (kind == 0) throw std::runtime_error("runtime");
        if (kind == 1) throw 42;
        if (kind == 2) return std::string("abc").at(7);
        std::vector<int> v;
        return v.at(3);
    }
    return thrower(depth - 1, kind) + guard.weight;
}

struct Base {
    virtual ~Base() = default;
    virtual long value(long x) const = 0;
};
struct Left : Base {
    long value(long x) const override { return x * 3; }
};
struct Right : Base {
    long value(long x) const override {
        if (x % 100 == 7) throw x;
        return x + 1;
    }
};

static void from_handler(int) { throw std::string("from a handler"); }

int main() {
    long caught = 0;
    std::string texts;
    for (int i = 0; i < 400; i++) {
        try {
            thrower(i % 40, i % 4);
        } catch (const std::runtime_error &e) {
            caught += 1;
        } catch (int n) {
            caught += n;
        } catch (const std::out_of_range &e) {
            caught += 1000;
        }
    }
    std::printf("caught %ld destroyed %ld\n", caught, destroyed);
    Left left;
    Right right;
    const Base *both[] = {&left, &right};
    long sum = 0;
    for (long i = 0; i < 20000; i++) {
        try {
            sum += both[i & 1]->value(i);
        } catch (long n) {
            sum -= n;
        }
    }
    std::printf("sum %ld\n", sum);
    std::signal(SIGSEGV, from_handler);
    try {
        *(volatile int *)destroyed = 1;  // anywhere
    } catch (const std::string &text) {
        std::printf("%s\n", text.c_str());
    }
    return 0;
}
