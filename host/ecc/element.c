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
