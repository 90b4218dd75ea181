#include "ecc/element_build.h"

#include <string.h>

/* One line of an envelope: a split. */
typedef struct line {
    double fixed, slope;
} line;

/* Whether the middle one of three lines, slopes descending and fixed parts ascending, is nowhere the lowest: at the
 * crossing of its neighbours, where it comes closest to being it, it is not below them. */
static bool hidden(line before, line middle, line after)
{
    const double crossing = (after.fixed - before.fixed) / (before.slope - after.slope);
    return middle.fixed + middle.slope * crossing >= before.fixed + before.slope * crossing;
}

/* Replaces the two neighbours that cost least to merge by the line below both. */
static int merge_two(line *lines, int n)
{
    int at = 0;
    double least = eswi_inf();
    for (int k = 0; k + 1 < n; k++) {
        const double lost = lines[k].slope > 0.0 ? (lines[k].slope - lines[k + 1].slope) / lines[k].slope : 0.0;
        if (lost < least) {
            least = lost;
            at = k;
        }
    }
    lines[at].slope = lines[at + 1].slope;
    memmove(lines + at + 1, lines + at + 2, (size_t)(n - at - 2) * sizeof *lines);
    return n - 1;
}

/* Adds a line to an envelope sorted by descending slope and ascending fixed part; returns the new count. */
static int add_line(line *lines, int n, line fresh)
{
    int at = n;
    while (at > 0 && lines[at - 1].slope < fresh.slope)
        at--;
    for (int k = 0; k < n; k++) /* not above another line anywhere? */
        if (lines[k].fixed <= fresh.fixed && lines[k].slope <= fresh.slope)
            return n;
    int kept = 0, place = 0;
    for (int k = 0; k < n; k++) {
        if (k == at)
            place = kept;
        if (!(fresh.fixed <= lines[k].fixed && fresh.slope <= lines[k].slope))
            lines[kept++] = lines[k];
    }
    place = at == n ? kept : place;
    memmove(lines + place + 1, lines + place, (size_t)(kept - place) * sizeof *lines);
    lines[place] = fresh;
    return kept + 1;
}

void eswi_ecc_envelope_of(const double *compute, const double *bits, int splits, eswi_ecc_envelope *out)
{
    line sorted[ECC_ENVELOPE_SPLITS], hull[ECC_ENVELOPE_SPLITS];
    int n = 0, kept = 0;
    for (int s = 1; s <= splits; s++)
        n = add_line(sorted, n, (line){compute[s], bits[s]});
    for (int k = 0; k < n; k++) {
        while (kept >= 2 && hidden(hull[kept - 2], hull[kept - 1], sorted[k]))
            kept--;
        hull[kept++] = sorted[k];
    }
    while (kept > ECC_ELEMENT_LINES)
        kept = merge_two(hull, kept);
    out->n = kept;
    for (int k = 0; k < kept; k++) {
        out->fixed[k] = hull[k].fixed;
        out->bits[k] = hull[k].slope;
    }
}

static double gain(const eswi_ecc_scene *scene, int direction, int user, int ap, int subchannel)
{
    const size_t link = (size_t)user * (size_t)scene->config->aps + (size_t)ap;
    return (double)
        scene->instance->gain[direction][link * (size_t)scene->config->subchannels + (size_t)subchannel];
}

/* The gain through which user i hears user v, both sending on the subchannel: (5), (8) and the SIC order. */
static double heard_through(const eswi_ecc_scene *scene, int d, int subchannel, int i, int v)
{
    const int32_t *ap = scene->instance->ap_of_user;
    if (scene->access == ECC_OMA)
        return 0.0;
    if (ap[v] != ap[i])
        return d == ECC_UP ? gain(scene, d, v, ap[i], subchannel) : gain(scene, d, i, ap[v], subchannel);
    if (scene->access == ECC_OMA_IN_CELL)
        return 0.0;
    const double gain_v = gain(scene, d, v, ap[i], subchannel), gain_i = gain(scene, d, i, ap[i], subchannel);
    const bool remains = gain_v == gain_i ? v > i : d == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
    const bool through_v = d == ECC_UP || scene->config->reading == ECC_PUBLISHED;
    return !remains ? 0.0 : through_v ? gain_v : gain_i;
}

void eswi_ecc_element_build(const eswi_ecc_scene *scene, int direction, int subchannel, const int32_t *users,
                            const int32_t *slices, int n, eswi_ecc_element *e)
{
    const eswi_ecc_config *config = scene->config;
    e->n = n;
    e->weight_time = config->weight_time;
    e->weight_energy = config->weight_energy;
    e->power_min_w = config->power_min_w[direction];
    e->power_max_w = config->power_max_w[direction];
    for (int a = 0; a < n; a++) {
        const int i = users[a], profile = scene->instance->profile_of_user[i];
        const double noise_w = config->noise_w[direction] / slices[a];
        const double band_hz = config->subchannel_hz[direction] / slices[a];
        e->own[a] = gain(scene, direction, i, scene->instance->ap_of_user[i], subchannel) / noise_w;
        for (int b = 0; b < n; b++)
            e->heard[a][b] = a == b ? 0.0 : heard_through(scene, direction, subchannel, i, users[b]) / noise_w;
        const eswi_ecc_envelope *envelope = &scene->envelopes[profile];
        e->lines[a] = direction == ECC_UP ? envelope->n : 1;
        e->fixed[a][0] = 0.0;
        e->slope[a][0] = config->profiles[profile].result_bits / band_hz;
        for (int k = 0; k < e->lines[a] && direction == ECC_UP; k++) {
            e->fixed[a][k] = envelope->fixed[k];
            e->slope[a][k] = envelope->bits[k] / band_hz;
        }
    }
}
