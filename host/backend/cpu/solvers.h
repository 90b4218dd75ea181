/* The CPU backend's solvers, one per system. */
#ifndef ESWI_CPU_SOLVERS_H
#define ESWI_CPU_SOLVERS_H

#include "backend/backend.h"

extern const eswi_solver_ops eswi_cpu_ecc_ops;
extern const eswi_solver_ops eswi_cpu_cansa_ops;
extern const eswi_solver_ops eswi_cpu_clo_ops;

#endif
