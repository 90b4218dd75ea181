/* ECC: channels from a file, shared by configs, and the instances they make. */
#include "ecc/channels.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/machine.h"
#include "ecc/stage_kernel.h"

static const double memory_share = 0.9;

/* ---------------------------------------------------------------- memory */

esw_status eswi_ecc_channels_allocate(eswi_ecc_channels *channels, bool has_profiles, bool has_distances,
                                      esw_error *error)
{
    eswi_ecc_channels *c = channels;
    const double mib = 1.0 / (1 << 20), users = (double)c->scenarios * c->users, links = users * c->aps;
    const double bytes =
        links * (ECC_DIRECTIONS * sizeof(float) * (double)c->subchannels + (has_distances ? 8 : 0)) +
        users * (has_profiles ? 8 : 4);
    const double left = memory_share * (double)eswi_machine_memory_bytes();
    if (bytes > left) {
        return esw_fail(
            error, ESW_TOO_LARGE,
            "%s: its %llu scenarios take %.0f MiB of memory, %.0f MiB are free: cut it into several files",
            c->name, (unsigned long long)c->scenarios, bytes * mib, left * mib);
    }
    const size_t n_users = (size_t)users, n_links = (size_t)links;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        c->gain[d] = calloc(n_links * (size_t)c->subchannels, sizeof(float));
    }
    c->ap_of_user = calloc(n_users, sizeof *c->ap_of_user);
    c->profile_of_user = has_profiles ? calloc(n_users, sizeof *c->profile_of_user) : NULL;
    c->distance_m = has_distances ? calloc(n_links, sizeof *c->distance_m) : NULL;
    const bool done = c->gain[ECC_UP] && c->gain[ECC_DOWN] && c->ap_of_user &&
                      (!has_profiles || c->profile_of_user) && (!has_distances || c->distance_m);
    return done ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", c->name);
}

void eswi_ecc_channels_free(eswi_ecc_channels *channels)
{
    free(channels->name);
    free(channels->gain[ECC_UP]);
    free(channels->gain[ECC_DOWN]);
    free(channels->ap_of_user);
    free(channels->profile_of_user);
    free(channels->distance_m);
}

size_t eswi_ecc_channels_bytes(const eswi_ecc_channels *channels)
{
    if (!channels) {
        return 0;
    }
    const size_t users = (size_t)channels->scenarios * (size_t)channels->users,
                 links = users * (size_t)channels->aps;
    return ECC_DIRECTIONS * links * (size_t)channels->subchannels * sizeof(float) + users * sizeof(int32_t) +
           (channels->profile_of_user ? users * sizeof(int32_t) : 0) +
           (channels->distance_m ? links * sizeof(double) : 0);
}

/* ---------------------------------------------------------------- sharing */

/* Every method of a point has a config, and all stage the same channels, which may fill half the memory. So files that
 * are in use are listed; the key is what the system says of the file, so that an edited file is another one. */
typedef struct shared {
    eswi_ecc_channels channels; /* first: what configs point to */
    struct stat info;
    int n_profiles;
    size_t uses;
    struct shared *next;
} shared;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* also for HDF5, which keeps global state */
static shared *in_use;

static bool is_same(const shared *s, const struct stat *info, const eswi_ecc_config *config)
{
    const eswi_ecc_channels *c = &s->channels;
    return s->info.st_dev == info->st_dev && s->info.st_ino == info->st_ino &&
           s->info.st_size == info->st_size && s->info.st_mtim.tv_sec == info->st_mtim.tv_sec &&
           s->info.st_mtim.tv_nsec == info->st_mtim.tv_nsec && c->users == config->users &&
           c->aps == config->aps && c->subchannels == config->subchannels &&
           s->n_profiles == config->n_profiles;
}

static void put_in_use(shared *s)
{
    s->next = in_use;
    in_use = s;
}

/* A zeroed entry for the dimensions of a config. */
static shared *make(const eswi_ecc_config *config)
{
    shared *s = calloc(1, sizeof *s);
    if (s) {
        s->channels.users = config->users;
        s->channels.aps = config->aps;
        s->channels.subchannels = config->subchannels;
    }
    return s;
}

static void discard(shared *s)
{
    if (s) {
        eswi_ecc_channels_free(&s->channels);
        free(s);
    }
}

static esw_status load(const char *path, const struct stat *info, const eswi_ecc_config *config, shared **made,
                       esw_error *error)
{
    shared *s = make(config);
    if (!s) {
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    s->info = *info;
    s->n_profiles = config->n_profiles;
    const esw_status status = eswi_ecc_channels_read(path, config->n_profiles, &s->channels, error);
    if (status != ESW_OK) {
        discard(s);
        return status;
    }
    *made = s;
    return ESW_OK;
}

esw_status eswi_ecc_channels_open(const char *path, const eswi_ecc_config *config,
                                  const eswi_ecc_channels **channels, esw_error *error)
{
    struct stat info = {0};
    esw_status status = ESW_OK;
    stat(path, &info); /* where there is no file, reading says so */
    pthread_mutex_lock(&lock);
    shared *s = in_use;
    while (s && !is_same(s, &info, config)) {
        s = s->next;
    }
    if (!s) {
        status = load(path, &info, config, &s, error);
        if (status == ESW_OK) {
            put_in_use(s);
        }
    }
    if (status == ESW_OK) {
        s->uses++;
        *channels = &s->channels;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

esw_status eswi_ecc_channels_single(const char *name, eswi_ecc_config *config, eswi_ecc_channels **channels,
                                    esw_error *error)
{
    shared *s = make(config);
    if (s) {
        s->n_profiles = -1; /* no file is like it */
        s->uses = 1;
        s->channels.scenarios = 1;
        s->channels.repeats = true;
        s->channels.name = strdup(name);
    }
    esw_status status = s && s->channels.name ? eswi_ecc_channels_allocate(&s->channels, true, true, error)
                                              : esw_fail(error, ESW_NO_MEMORY, "gains: out of memory");
    if (status != ESW_OK) {
        discard(s);
        return status;
    }
    pthread_mutex_lock(&lock);
    put_in_use(s);
    pthread_mutex_unlock(&lock);
    config->channels = *channels = &s->channels;
    return ESW_OK;
}

void eswi_ecc_channels_close(const eswi_ecc_channels *channels)
{
    pthread_mutex_lock(&lock);
    shared **at = &in_use;
    while (*at && &(*at)->channels != channels) {
        at = &(*at)->next;
    }
    shared *s = *at;
    if (s && --s->uses == 0) {
        *at = s->next;
        discard(s);
    }
    pthread_mutex_unlock(&lock);
}

/* ---------------------------------------------------------------- staging */

void eswi_ecc_channels_stage(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario,
                             const eswi_ecc_instance *instance)
{
    const eswi_ecc_channels *channels = config->channels;
    const size_t users = (size_t)config->users, links = users * (size_t)config->aps;
    const size_t gains = links * (size_t)config->subchannels, row = (size_t)(scenario % channels->scenarios);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        memcpy(instance->gain[d], channels->gain[d] + row * gains, gains * sizeof(float));
    }
    memcpy(instance->ap_of_user, channels->ap_of_user + row * users, users * sizeof(int32_t));
    for (size_t u = 0; u < users; u++) {
        instance->profile_of_user[u] = channels->profile_of_user
                                           ? channels->profile_of_user[row * users + u]
                                           : eswi_ecc_draw_profile(config, seed, scenario, (int)u);
    }
    for (size_t link = 0; link < links; link++) {
        instance->distance_m[link] =
            channels->distance_m ? channels->distance_m[row * links + link] : (double)NAN;
    }
}
