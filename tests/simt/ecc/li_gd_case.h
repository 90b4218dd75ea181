/* Batches of drawn ECC scenarios and what gd or li-gd on the CPU decides for them. */
#ifndef LI_GD_CASE_H
#define LI_GD_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "ecc/ecc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the bytes of decisions are that nobody writes: the gaps between the arrays of a block. */
enum { LI_GD_CASE_GAP = 0xa5 };

typedef struct li_gd_case {
    eswi_ecc_config *config;
    ecc_method method;
    uint32_t count;
    size_t instance_bytes, decision_bytes;
    char *instances; /* [count] blocks */
    char *decisions; /* [count] blocks, by the CPU */
    char text[320];  /* what it is, for messages */
} li_gd_case;

/* Configures from overrides as ecc_setup.h does, draws scenarios first .. first+count-1 and solves them on the CPU, with
 * the instruction set in use. Fails the running test if something goes wrong. */
void li_gd_case_open(li_gd_case *c, const char *overrides, ecc_method method, uint64_t first, uint32_t count);
void li_gd_case_close(li_gd_case *c);

/* Users of all decisions that offload. */
int li_gd_case_senders(const li_gd_case *c);

#ifdef __cplusplus
}
#endif

#endif
