/* The projection onto the simplex against the textbook's, which sorts, in double; and the same bits however
 * the row lies in the lanes. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "ecc/simplex.h"
#include "tolerances.h"

enum { MOST_COLUMNS = 300, MOST_TILES = (MOST_COLUMNS + ECC_LANES - 1) / ECC_LANES };

/* Sixteen rows of one length, each with its own step. */
typedef struct rows {
    int columns;
    float x[ECC_LANES][MOST_COLUMNS], g[ECC_LANES][MOST_COLUMNS];
    float alpha[ECC_LANES];
} rows;

static void draw_simplex_row(dice *d, int columns, float *row)
{
    double drawn[MOST_COLUMNS], sum = 0.0;
    for (int m = 0; m < columns; m++)
        sum += drawn[m] = m > 0 && dice_chance(d, 0.5) ? 0.0 : dice_log(d, 1e-3, 1.0);
    for (int m = 0; m < columns; m++)
        row[m] = (float)(drawn[m] / sum);
}

/* Lane l asks for what its number stands for: gentle slopes, slopes a million apart, equal ones, rows that
 * all but one column leave, steps so long that x no longer counts, and none at all. */
static void draw_rows(rows *r, uint64_t index, int columns)
{
    dice d = dice_of(71, index);
    r->columns = columns;
    for (int l = 0; l < ECC_LANES; l++) {
        draw_simplex_row(&d, columns, r->x[l]);
        const float same = (float)dice_real(&d, -2.0, 2.0);
        const int lonely = dice_int(&d, 0, columns - 1);
        r->alpha[l] = l % 8 == 4 ? 1e5f : (float)dice_log(&d, 1e-3, 10.0);
        for (int m = 0; m < columns; m++) {
            const float gentle = (float)dice_real(&d, -1.0, 1.0);
            const float wide = (float)(dice_log(&d, 1e-3, 1e3) * (dice_chance(&d, 0.5) ? 1.0 : -1.0));
            r->g[l][m] = l % 8 == 1   ? wide
                         : l % 8 == 2 ? same
                         : l % 8 == 3 ? (m == lonely ? -1e6f : 1.0f)
                                      : gentle;
            if (l % 8 == 5)
                r->x[l][m] = 1.0f / (float)columns;
            if (l % 8 == 6)
                r->g[l][m] = 0.0f;
        }
    }
}

/* Lane = row. */
static void project_side_by_side(const rows *r, float out[ECC_LANES][MOST_COLUMNS])
{
    static float x[MOST_COLUMNS * ECC_LANES], g[MOST_COLUMNS * ECC_LANES], row[MOST_COLUMNS * ECC_LANES];
    for (int m = 0; m < r->columns; m++)
        for (int l = 0; l < ECC_LANES; l++) {
            x[m * ECC_LANES + l] = r->x[l][m];
            g[m * ECC_LANES + l] = r->g[l][m];
        }
    eswi_ecc_project_step(0, r->columns, r->columns, x, g, r->alpha, row);
    for (int m = 0; m < r->columns; m++)
        for (int l = 0; l < ECC_LANES; l++)
            out[l][m] = row[m * ECC_LANES + l];
}

/* Lane = column; what the padded columns hold must not matter, and they come out empty. */
static void project_across(const rows *r, int lane, float *out)
{
    float x[MOST_TILES * ECC_LANES], g[MOST_TILES * ECC_LANES], row[MOST_TILES * ECC_LANES], alpha[ECC_LANES];
    const int tiles = (r->columns + ECC_LANES - 1) / ECC_LANES;
    for (int i = 0; i < tiles * ECC_LANES; i++) {
        x[i] = i < r->columns ? r->x[lane][i] : NAN;
        g[i] = i < r->columns ? r->g[lane][i] : 7.0f;
    }
    for (int l = 0; l < ECC_LANES; l++)
        alpha[l] = r->alpha[lane];
    eswi_ecc_project_step(1, tiles, r->columns, x, g, alpha, row);
    memcpy(out, row, (size_t)r->columns * sizeof *out);
    for (int i = r->columns; i < tiles * ECC_LANES; i++)
        cr_assert_eq(row[i], 0.0f, "padded column %d of %d holds %g", i, r->columns, (double)row[i]);
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The projection of z: tau from the k largest, for the largest k whose smallest stays above it. */
static void project_by_sorting(int columns, const double *z, double *out)
{
    double sorted[MOST_COLUMNS], sum = 0.0, tau = 0.0;
    memcpy(sorted, z, (size_t)columns * sizeof *z);
    qsort(sorted, (size_t)columns, sizeof *sorted, descending);
    for (int k = 1; k <= columns; k++) {
        sum += sorted[k - 1];
        if (sorted[k - 1] - (sum - 1.0) / k > 0.0)
            tau = (sum - 1.0) / k;
    }
    for (int m = 0; m < columns; m++)
        out[m] = fmax(z[m] - tau, 0.0);
}

static void check_row(const rows *r, int lane, const float *found)
{
    double z[MOST_COLUMNS], expected[MOST_COLUMNS], sum = 0.0;
    int held = 0;
    for (int m = 0; m < r->columns; m++)
        z[m] = (double)fmaf(-r->alpha[lane], r->g[lane][m],
                            r->x[lane][m]); /* the point that is projected is a float */
    project_by_sorting(r->columns, z, expected);
    for (int m = 0; m < r->columns; m++) {
        cr_assert(found[m] >= 0.0f, "column %d of %d, lane %d: %g", m, r->columns, lane, (double)found[m]);
        cr_assert_leq(fabs((double)found[m] - expected[m]), TOLERANCE_PROJECTION,
                      "column %d of %d, lane %d: %.9g, by sorting %.9g", m, r->columns, lane, (double)found[m],
                      expected[m]);
        sum += (double)found[m];
        held += found[m] > 0.0f;
    }
    cr_assert_leq(fabs(sum - 1.0), held * TOLERANCE_PROJECTION, "%d columns, lane %d sum to %.9g", r->columns,
                  lane, sum);
}

Test(simplex, of_every_size_is_the_one_found_by_sorting)
{
    static rows r;
    static float found[ECC_LANES][MOST_COLUMNS];
    for (int columns = 1; columns <= MOST_COLUMNS; columns++) {
        draw_rows(&r, (uint64_t)columns, columns);
        project_side_by_side(&r, found);
        for (int l = 0; l < ECC_LANES; l++)
            check_row(&r, l, found[l]);
    }
}

Test(simplex, has_the_same_bits_across_the_lanes)
{
    static rows r;
    static float beside[ECC_LANES][MOST_COLUMNS];
    float across[MOST_COLUMNS];
    for (int columns = 1; columns <= MOST_COLUMNS; columns++) {
        draw_rows(&r, 1000 + (uint64_t)columns, columns);
        project_side_by_side(&r, beside);
        for (int l = 0; l < ECC_LANES; l++) {
            project_across(&r, l, across);
            cr_assert_eq(memcmp(across, beside[l], (size_t)columns * sizeof *across), 0, "%d columns, lane %d",
                         columns, l);
        }
    }
}

/* A row that needs many rounds must not be touched by neighbours that need few, nor the other way round. */
Test(simplex, of_a_row_does_not_depend_on_its_neighbours)
{
    static rows r, alone;
    static float together[ECC_LANES][MOST_COLUMNS], single[ECC_LANES][MOST_COLUMNS];
    for (int columns = 1; columns <= 64; columns++) {
        draw_rows(&r, 2000 + (uint64_t)columns, columns);
        project_side_by_side(&r, together);
        for (int l = 0; l < ECC_LANES; l++) {
            memset(&alone, 0, sizeof alone);
            alone.columns = columns;
            memcpy(alone.x[l], r.x[l], sizeof r.x[l]);
            memcpy(alone.g[l], r.g[l], sizeof r.g[l]);
            alone.alpha[l] = r.alpha[l];
            project_side_by_side(&alone, single);
            cr_assert_eq(memcmp(single[l], together[l], (size_t)columns * sizeof(float)), 0,
                         "%d columns, lane %d", columns, l);
        }
    }
}

Test(simplex, leaves_a_corner_where_it_is)
{
    static rows r;
    static float found[ECC_LANES][MOST_COLUMNS];
    memset(&r, 0, sizeof r);
    r.columns = 37;
    for (int l = 0; l < ECC_LANES; l++)
        r.x[l][2 * l] = r.alpha[l] = 1.0f;
    project_side_by_side(&r, found);
    for (int l = 0; l < ECC_LANES; l++)
        cr_assert_eq(memcmp(found[l], r.x[l], sizeof found[l]), 0, "corner %d", 2 * l);
}
