/* The shared functions as array loops, compiled once per compiler, instruction set and optimisation level:
 * every variant exports one table of the same functions, and test_same_bits.c compares their results bit by
 * bit. */
#ifndef SAME_BITS_H
#define SAME_BITS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    BITS_EVERY_FLOAT,  /* a function of one float: tried on all 2^32 where that is asked for */
    BITS_ANY_INPUT,    /* any bit pattern, NaNs too */
    BITS_FINITE_INPUT, /* moderate numbers: plain arithmetic may not choose its own NaN here */
} bits_input;

/* out[i] from x[i] and y[i], or from the window that starts at x[i]; i < n, inputs hold n + BITS_WINDOW
 * numbers. */
typedef struct bits_floats {
    const char *name;
    bits_input input;
    void (*loop)(float *out, const float *x, const float *y, size_t n);
} bits_floats;

typedef struct bits_doubles {
    const char *name;
    bits_input input;
    void (*loop)(double *out, const double *x, const double *y, size_t n);
} bits_doubles;

enum { BITS_WINDOW = 45, BITS_FLOATS = 9, BITS_DOUBLES = 15 };

/* One variant. `isa`: what the processor must have, "any", "avx2" or "avx512". */
typedef struct bits_variant {
    const char *name, *isa;
    int optimised;
    const bits_floats *floats;
    const bits_doubles *doubles;
} bits_variant;

#ifdef __cplusplus
}
#endif
#endif
