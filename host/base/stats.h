/* Streaming statistics whose bits depend on the values and their cut into blocks alone.
 *
 * A block's values give moments (two passes, the sums in the shape of reduce.h); the blocks are merged one
 * after another in block order (Chan, Golub, LeVeque 1979). Sums that are exact whatever the order (counts,
 * histograms, minima, maxima) need no order. Values up to 1e150 in size: their squares are summed. No libm.
 */
#ifndef ESWI_STATS_H
#define ESWI_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Moments of the finite values; the others are counted apart. Zero-initialised = no values. */
typedef struct eswi_moments {
    uint64_t count;     /* finite values */
    uint64_t undefined; /* NaN */
    uint64_t infinite;
    double mean;
    double m2; /* sum of squared deviations from the mean */
    double min, max;
} eswi_moments;

/* Moments of values[n], n <= ESWI_STATS_BLOCK. */
enum { ESWI_STATS_BLOCK = 256 };
eswi_moments eswi_moments_of(const double *values, size_t n);
/* total = total followed by next. */
void eswi_moments_merge(eswi_moments *total, const eswi_moments *next);
/* Standard deviation with n-1; NaN below two values. */
double eswi_moments_std(const eswi_moments *moments);

/* Half the width of the 95 % interval of the mean (Student's t); NaN below two values. */
double eswi_moments_halfwidth(const eswi_moments *moments);

/* One value at a time (Welford), for series: NaN and infinities are left out. */
typedef struct eswi_running {
    uint64_t count;
    double mean, m2;
} eswi_running;
void eswi_running_add(eswi_running *running, double value);
void eswi_running_merge(eswi_running *total, const eswi_running *next);
double eswi_running_std(const eswi_running *running); /* with n-1; NaN below two values */

/* Joint moments of pairs (a, b), over the pairs where both are finite. */
typedef struct eswi_comoments {
    uint64_t count;
    double mean_a, mean_b;
    double m2_a, m2_b, c_ab;
} eswi_comoments;
eswi_comoments eswi_comoments_of(const double *a, const double *b, size_t n);
void eswi_comoments_merge(eswi_comoments *total, const eswi_comoments *next);

typedef struct eswi_interval {
    double value, low, high;
} eswi_interval;

/* mean(a) / mean(b) with its 95 % interval: delta method, var = (s_aa - 2 R s_ab + R^2 s_bb) / (n mean(b)^2),
 * Student's t with n-1 degrees. NaN where there are no pairs or mean(b) = 0; the ends are NaN below two
 * pairs. */
eswi_interval eswi_ratio_of_means(const eswi_comoments *comoments);

/* The 0.975 quantile of Student's t with `degrees` >= 1 degrees of freedom, to 1e-6 relative: a table up to 30,
 * Fisher's series in 1/degrees beyond. */
double eswi_student_975(uint64_t degrees);

#endif
