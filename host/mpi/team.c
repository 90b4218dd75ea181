#include "team.h"

#include <string.h>

static esw_status check(int code, const char *what, esw_error *error)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    if (code == MPI_SUCCESS)
        return ESW_OK;
    MPI_Error_string(code, text, &length);
    return esw_fail(error, ESW_BACKEND, "MPI: %s failed: %s", what, text);
}

/* One-sided: the rank that owns the counters goes on computing while the others take their blocks. */
static esw_status fetch_add(void *context, int counter, uint64_t add, uint64_t *before, esw_error *error)
{
    const mpi_team *t = context;
    int code = MPI_Fetch_and_op(&add, before, MPI_UINT64_T, 0, counter, MPI_SUM, t->window);
    if (code == MPI_SUCCESS)
        code = MPI_Win_flush(0, t->window);
    return check(code, "fetching the next block", error);
}

static esw_status largest(void *context, int64_t *value, esw_error *error)
{
    const mpi_team *t = context;
    return check(MPI_Allreduce(MPI_IN_PLACE, value, 1, MPI_INT64_T, MPI_MAX, t->comm), "comparing", error);
}

static esw_status broadcast(void *context, int root, void *data, size_t size, esw_error *error)
{
    const mpi_team *t = context;
    const size_t piece = (size_t)1 << 30; /* counts are ints */
    char *bytes = data;
    esw_status status = ESW_OK;
    while (size > 0 && !status) {
        const size_t some = size < piece ? size : piece;
        status = check(MPI_Bcast(bytes, (int)some, MPI_BYTE, root, t->comm), "a broadcast", error);
        bytes += some;
        size -= some;
    }
    return status;
}

void mpi_team_open(mpi_team *t)
{
    uint64_t *counters;
    *t = (mpi_team){.team = {.context = t, .fetch_add = fetch_add, .largest = largest, .broadcast = broadcast}};
    MPI_Comm_dup(MPI_COMM_WORLD, &t->comm);
    MPI_Comm_rank(t->comm, &t->team.rank);
    MPI_Comm_size(t->comm, &t->team.size);
    const MPI_Aint bytes = t->team.rank == 0 ? (MPI_Aint)(ESW_TEAM_COUNTERS * sizeof *counters) : 0;
    MPI_Win_allocate(bytes, sizeof *counters, MPI_INFO_NULL, t->comm, &counters, &t->window);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, t->window);
    if (t->team.rank == 0)
        memset(counters, 0, (size_t)bytes);
    MPI_Win_sync(t->window);
    MPI_Barrier(t->comm);
    MPI_Comm_set_errhandler(t->comm, MPI_ERRORS_RETURN);
    MPI_Win_set_errhandler(t->window, MPI_ERRORS_RETURN);
}

void mpi_team_close(mpi_team *t)
{
    MPI_Win_unlock_all(t->window);
    MPI_Win_free(&t->window);
    MPI_Comm_free(&t->comm);
}
