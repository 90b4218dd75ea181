/* CLO: what the registry needs. */
#ifndef ESWI_CLO_SYSTEM_H
#define ESWI_CLO_SYSTEM_H

#include "edgesweep/system.h"

extern const esw_system eswi_clo_system;

#endif
