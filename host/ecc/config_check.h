/* ECC: what the range of a single parameter cannot check. */
#ifndef ESWI_ECC_CONFIG_CHECK_H
#define ESWI_ECC_CONFIG_CHECK_H

#include "ecc/ecc.h"
#include "edgesweep/system.h"

/* Both take the values that a config was bound from (ECC_PARAMS of them), for the names, numbers and lines that the
 * user wrote; NULL for a JSON document, whose own names are used then. ESW_BAD_INPUT. */

/* Parameters against each other: users against subchannels, lower bounds against upper ones, weights. */
esw_status eswi_ecc_check_parameters(const eswi_ecc_config *config, const esw_value *values, esw_error *error);

/* Once everything is derived: the searches work in single precision, and what they compare (SINR, the costs of
 * computing and of sending) must fit it with room for products. */
esw_status eswi_ecc_check_range(const eswi_ecc_config *config, const esw_value *values, esw_error *error);

#endif
