/* The ranks of MPI_COMM_WORLD as a team of the engine. */
#ifndef ESW_MPI_TEAM_H
#define ESW_MPI_TEAM_H

#include <mpi.h>

#include "edgesweep/run.h"

typedef struct mpi_team {
    esw_team team; /* its context is this struct */
    MPI_Comm comm;
    MPI_Win window; /* the counters, in rank 0's memory */
} mpi_team;

/* Collective. *team must stay where it is. */
void mpi_team_open(mpi_team *team);
void mpi_team_close(mpi_team *team);

#endif
