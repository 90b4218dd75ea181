/* Random lane problems of the ECC descent: what a device and the CPU both evaluate. */
#ifndef EVAL_CASE_H
#define EVAL_CASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct eswi_ecc_lanes;
struct eswi_ecc_fixed;
struct eswi_ecc_evaluation;

/* One pack. Everything the problem points to lies in `block`, so that a copy of the block elsewhere is the same
 * problem there: eval_case_problem says what the pointers are then. */
typedef struct eval_case {
    int relaxed; /* an eswi_ecc_lanes, else an eswi_ecc_fixed */
    int across, direction;
    void *setup; /* how it was drawn */
    char *block;
    size_t bytes;
    char text[160]; /* what it is, for messages */
} eval_case;

/* Case `index`: sizes from one user, AP and subchannel up, both directions, all accesses, readings and layouts,
 * lanes as scenarios and as subchannels, some users local. `relaxed`: shares over subchannels, else one
 * subchannel each. The caller frees it. Fails the running test if something goes wrong. */
void eval_case_draw(eval_case *c, int relaxed, uint64_t index);
void eval_case_free(eval_case *c);

/* sizeof the problem struct of a kind, and of a point. */
size_t eval_case_problem_bytes(int relaxed);
size_t eval_case_point_bytes(void);

/* Writes problem and point with pointers into a block at `base`. Nothing is read from there. */
void eval_case_problem(const eval_case *c, void *base, void *problem, void *point);

/* Evaluates a copy of the case at `block` (c->bytes) by the source built for one instruction set. */
typedef void eval_case_function(const eval_case *c, void *block);
eval_case_function eval_case_run_baseline, eval_case_run_avx2, eval_case_run_avx512;

#ifdef __cplusplus
}
#endif

#endif
