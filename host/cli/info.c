/* edgesweep info: what this program is and what it can use here. */
#include "cli.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static const char HELP[] =
    "usage: edgesweep info\n"
    "\n"
    "Prints version, commit, compiler, optional parts, backends with their devices, CPU features, cores\n"
    "and memory.\n"
    "\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep info\n";

static const struct option OPTIONS[] = {
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void print_cpu(void)
{
    cpu_set_t usable;
    int cores = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
    const double gib = 1.0 / (1 << 30);
    printf("cores        %d usable of %ld\n", cores, sysconf(_SC_NPROCESSORS_ONLN));
    printf("memory       %.1f GiB\n", (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) * gib);
#if defined(__x86_64__)
    printf("cpu          x86-64%s%s%s%s\n", __builtin_cpu_supports("avx2") ? " avx2" : "",
           __builtin_cpu_supports("fma") ? " fma" : "", __builtin_cpu_supports("avx512f") ? " avx512f" : "",
           __builtin_cpu_supports("avx512dq") ? " avx512dq" : "");
#endif
}

static int run_info(int argc, char **argv)
{
    int option = cli_next_option(&cli_info, argc, argv, "h", OPTIONS);
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_info, argc, argv, 0, ""))
        return esw_status_exit_code(ESW_BAD_USAGE);
    json_t *identity = esw_identity_json("");
    if (!identity)
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    printf("version      %s\n", json_string_value(json_object_get(identity, "version")));
    printf("commit       %s\n", json_string_value(json_object_get(identity, "commit")));
    json_decref(identity);
#if defined(__clang__)
    printf("compiler     %s\n", __VERSION__);
#else
    printf("compiler     gcc %s\n", __VERSION__);
#endif
    printf("hdf5         %s\n", esw_have_hdf5() ? "yes" : "no");
    printf("systems     ");
    for (const esw_system *const *system = esw_systems(); *system; system++)
        printf(" %s", (*system)->name);
    putchar('\n');
    for (size_t i = 0; i < esw_backend_count(); i++)
        printf("backend      %s: %s%s\n", esw_backend_name(i), esw_backend_usable(i) ? "" : "not usable here: ",
               esw_backend_device(i));
    print_cpu();
    return 0;
}

const cli_command cli_info = {"info", "prints version, backends, devices and CPU features", HELP, run_info};
