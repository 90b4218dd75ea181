/* The instruction sets that hot loops are compiled for, and the one in use. All give the same bits. */
#ifndef ESWI_ISA_H
#define ESWI_ISA_H

#include "edgesweep/status.h"

/* Defined where loops are compiled for AVX2 and AVX-512 too. */
#if defined(__x86_64__) && defined(__GNUC__)
#define ESWI_ISA_X86 1
#endif

/* From the one that every processor has to the widest. */
typedef enum eswi_isa { ESWI_ISA_BASELINE, ESWI_ISA_AVX2, ESWI_ISA_AVX512, ESWI_ISAS } eswi_isa;

/* "baseline", "avx2", "avx512"; what EDGESWEEP_ISA calls it. */
const char *eswi_isa_name(eswi_isa isa);

/* The widest set that this processor has and this program is compiled for. Thread safe. */
eswi_isa eswi_isa_widest(void);

/* The one that every loop of this process uses: the one that the environment variable EDGESWEEP_ISA names, read at the
 * first call; else, also where eswi_isa_check fails, the widest. Thread safe. */
eswi_isa eswi_isa_in_use(void);

/* Whether EDGESWEEP_ISA, where it is set, names a set that this machine has: ESW_BAD_USAGE with the known ones if not. For
 * whoever is about to compute something. Thread safe. */
esw_status eswi_isa_check(esw_error *error);

#endif
