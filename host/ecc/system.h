/* ECC as the engine sees it. */
#ifndef ESWI_ECC_SYSTEM_H
#define ESWI_ECC_SYSTEM_H

#include "edgesweep/system.h"

extern const esw_system eswi_ecc_system;

#endif
