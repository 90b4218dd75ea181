/* CANSA as the engine sees it. */
#ifndef ESWI_CANSA_SYSTEM_H
#define ESWI_CANSA_SYSTEM_H

#include "edgesweep/system.h"

extern const esw_system eswi_cansa_system;

#endif
