/* edgesweep-mpi: `edgesweep run` whose blocks are shared among the ranks of an MPI job.
 *
 * Every rank loads the experiment and solves blocks that it takes from a shared counter; each writes a journal of its
 * own into the run directory, which all must see. Rank 0 prepares the directory, reports and writes the results.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "team.h"

static bool has_word(int argc, char **argv, const char *word, const char *other)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0 || strcmp(argv[i], other) == 0)
            return true;
    return false;
}

/* Threads of a rank that is not told: the processors it is bound to; where ranks are not bound, their share of the
 * machine's. */
static int default_threads(void)
{
    MPI_Comm node;
    int ranks = 1;
    cpu_set_t usable;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &ranks);
    MPI_Comm_free(&node);
    const int online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int mine = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : online;
    const int threads = mine < online ? mine : online / ranks;
    return threads > 0 ? threads : 1;
}

static void print_help(void)
{
    puts(
        "usage: mpirun -n RANKS edgesweep-mpi [run] EXPERIMENT.yaml -o DIR [OPTIONS]\n"
        "       edgesweep-mpi --version\n"
        "\n"
        "`edgesweep run` by all ranks of an MPI job, with the same options and the same results, bit for bit. DIR\n"
        "must be a folder that all ranks see. A rank takes its blocks one group after the other, so slow and fast\n"
        "ones end together. What follows is `edgesweep run --help`.\n");
    fputs(cli_run.help, stdout);
}

int main(int argc, char **argv)
{
    mpi_team team;
    int provided, code = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    mpi_team_open(&team);
    cli_team = &team.team;
    cli_default_threads = default_threads();
    if (argc > 1 && strcmp(argv[1], "run") == 0) {
        argv[1] = argv[0];
        --argc;
        ++argv;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        code = team.team.rank == 0 ? cli_print_version("edgesweep-mpi") : 0;
    else if (!has_word(argc, argv, "--help", "-h"))
        code = cli_run.run(argc, argv);
    else if (team.team.rank == 0)
        print_help();
    mpi_team_close(&team);
    MPI_Finalize();
    return code;
}
