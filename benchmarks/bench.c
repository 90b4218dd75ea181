#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "backend/cpu/isa.h"
#include "ecc/params.h"
#include "ecc/system.h"

enum { REPEATS_MOST = 101 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int bench_this_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

double bench_rate(const esw_bench_options *options, const bench_work *work)
{
    double rate[REPEATS_MOST];
    const int repeats = options->repeats < REPEATS_MOST ? options->repeats : REPEATS_MOST;
    work->run(work->state);
    for (int i = 0; i < repeats; i++) {
        const double start = seconds_now();
        double elapsed = 0.0, items = 0.0;
        while (elapsed < options->seconds) {
            work->run(work->state);
            items += work->items;
            elapsed = seconds_now() - start;
        }
        rate[i] = items / elapsed;
    }
    qsort(rate, (size_t)repeats, sizeof *rate, ascending);
    return repeats % 2 ? rate[repeats / 2] : 0.5 * (rate[repeats / 2 - 1] + rate[repeats / 2]);
}

json_t *bench_case(const char *name, const char *unit, double value)
{
    return json_pack("{s:s, s:s, s:f, s:[], s:[]}", "name", name, "unit", unit, "value", value, "rivals",
                     "left_out");
}

void bench_rival(json_t *result, const char *name, double value)
{
    const double own = json_real_value(json_object_get(result, "value"));
    json_array_append_new(json_object_get(result, "rivals"),
                          json_pack("{s:s, s:f, s:f}", "name", name, "value", value, "ratio", own / value));
}

void bench_left_out(json_t *result, const char *text)
{
    json_array_append_new(json_object_get(result, "left_out"), json_string(text));
}

static json_t *run_peer(const char *python, const char *folder, const char *script, const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof command, "%s '%s/%s' %s 2>/dev/null", python, folder, script, arguments);
    FILE *pipe = popen(command, "r");
    json_t *answer = pipe ? json_loadf(pipe, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    if (pipe)
        pclose(pipe);
    return answer;
}

json_t *bench_peer(const char *script, const char *arguments)
{
    static const char *const pythons[] = {"python3", "/usr/bin/python3"};
    static const char *const folders[] = {ESWI_PEERS_INSTALLED, ESWI_PEERS_SOURCE};
    for (size_t p = 0; p < sizeof pythons / sizeof *pythons; p++)
        for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
            json_t *answer = run_peer(pythons[p], folders[f], script, arguments);
            if (answer)
                return answer;
        }
    return NULL;
}

eswi_ecc_config *bench_ecc_config(int aps, int users, int subchannels, esw_error *error)
{
    const struct {
        ecc_param param;
        int value;
    } sizes[] = {{ECC_PARAM_APS, aps}, {ECC_PARAM_USERS, users}, {ECC_PARAM_SUBCHANNELS, subchannels}};
    esw_value values[ECC_PARAMS];
    esw_config *config = NULL;
    if (eswi_ecc_default_values(values, error))
        return NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        values[sizes[i].param].integer = sizes[i].value;
        values[sizes[i].param].real = sizes[i].value;
    }
    const esw_status status = eswi_ecc_configure(values, NULL, &config, error);
    eswi_ecc_values_free(values);
    return status ? NULL : (eswi_ecc_config *)config;
}

typedef struct bench_entry {
    const char *name;
    json_t *(*run)(const esw_bench_options *options, esw_error *error);
} bench_entry;

esw_status esw_bench(const esw_bench_options *options, json_t **report, esw_error *error)
{
    static const bench_entry entries[] = {{"descent", bench_descent},
                                          {"grid", bench_grid},
                                          {"li-gd", bench_li_gd},
                                          {"li-gd-full-size", bench_li_gd_full},
                                          {"certified", bench_certified},
                                          {"certified-both-directions", bench_certified_both},
                                          {"certified-three-cells", bench_certified_large},
                                          {"value-table", bench_value_table},
                                          {"scan", bench_scan},
                                          {"chain", bench_chain},
                                          {"cansa-auction", bench_cansa_auction},
                                          {"cansa-optimum", bench_cansa_optimum},
                                          {"clo-single-hop", bench_clo_single_hop},
                                          {"clo-multi-hop", bench_clo_multi_hop},
                                          {"clo-lo-single-hop", bench_clo_lo},
                                          {"engine", bench_engine}};
    if (eswi_isa_check(error))
        return ESW_BAD_USAGE;
    json_t *cases = json_array();
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (options->filter && !strstr(entries[i].name, options->filter))
            continue;
        json_t *result = entries[i].run(options, error);
        if (!result) {
            json_decref(cases);
            return ESW_NO_MEMORY;
        }
        json_array_append_new(cases, result);
    }
    if (json_array_size(cases) == 0) {
        json_decref(cases);
        return esw_fail(
            error, ESW_BAD_USAGE,
            "no benchmark has \"%s\" in its name: descent, grid, li-gd, li-gd-full-size, certified, "
            "certified-both-directions, certified-three-cells, value-table, scan, chain, "
            "cansa-auction, cansa-optimum, clo-single-hop, clo-multi-hop, clo-lo-single-hop, engine",
            options->filter);
    }
    *report = json_pack("{s:s, s:i, s:i, s:f, s:o}", "isa", eswi_cpu_kernels_in_use()->name, "threads",
                        options->threads, "repeats", options->repeats, "fma_peak_gflops",
                        bench_fma_peak(options), "cases", cases);
    return *report ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory");
}
