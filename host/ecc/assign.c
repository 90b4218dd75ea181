#include "ecc/assign.h"

void eswi_ecc_assign_rule_a(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int32_t *load,
                            int32_t *const assigned[ECC_DIRECTIONS])
{
    eswi_ecc_rule_a(config, instance, load, assigned);
}
