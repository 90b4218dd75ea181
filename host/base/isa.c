#include "base/isa.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char VARIABLE[] = "EDGESWEEP_ISA";

const char *eswi_isa_name(eswi_isa isa)
{
    static const char *const names[ESWI_ISAS] = {"baseline", "avx2", "avx512"};
    return names[isa];
}

eswi_isa eswi_isa_widest(void)
{
#if defined(ESWI_ISA_X86)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return ESWI_ISA_AVX512;
    if (avx2)
        return ESWI_ISA_AVX2;
#endif
    return ESWI_ISA_BASELINE;
}

/* What the variable asked for when it was read. */
static struct {
    eswi_isa in_use;
    bool refused;
    char wanted[64]; /* as far as it fits */
} choice;

static pthread_once_t choose_once = PTHREAD_ONCE_INIT;

static void choose(void)
{
    const char *wanted = getenv(VARIABLE);
    choice.in_use = eswi_isa_widest();
    if (!wanted)
        return;
    snprintf(choice.wanted, sizeof choice.wanted, "%s", wanted);
    for (int isa = 0; isa <= (int)eswi_isa_widest(); isa++)
        if (strcmp(eswi_isa_name((eswi_isa)isa), wanted) == 0) {
            choice.in_use = (eswi_isa)isa;
            return;
        }
    choice.refused = true;
}

eswi_isa eswi_isa_in_use(void)
{
    pthread_once(&choose_once, choose);
    return choice.in_use;
}

esw_status eswi_isa_check(esw_error *error)
{
    pthread_once(&choose_once, choose);
    if (!choice.refused)
        return ESW_OK;
    char known[64] = "";
    for (int isa = 0; isa <= (int)eswi_isa_widest(); isa++)
        eswi_list_append(known, sizeof known, eswi_isa_name((eswi_isa)isa));
    return esw_fail(error, ESW_BAD_USAGE,
                    "%s: found '%s', this machine has: %s; unset it to use the best of them", VARIABLE,
                    choice.wanted, known);
}
