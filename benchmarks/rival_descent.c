#include "rival_descent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rival_descent {
    int users, aps, columns;
    double weight_time, weight_energy, power_min_w, ln_range;
    double *gain;    /* [U][N][M] over noise */
    int *ap, *order; /* order: [M][U], the APs' users one after the other in decoding order */
    double *work;    /* [U] bits / b */
    double *beta, *beta_gradient, *level, *level_gradient; /* current point */
    double *last_beta, *last_beta_gradient, *last_level, *last_level_gradient;
    double *efficiency, *interference, *pull, *disturbs; /* [U][M] */
    double *ap_sum;                                      /* [N][M] */
    double *rate, *price, *power, *power_gradient, *row; /* [U], row: [M] */
    int iteration;
};

static double *take(double **cursor, size_t count)
{
    double *here = *cursor;
    *cursor += count;
    return here;
}

static void decoding_order(rival_descent *r)
{
    const int users = r->users, columns = r->columns;
    for (int m = 0; m < columns; m++) {
        int *order = r->order + (size_t)m * users, count = 0;
        for (int n = 0; n < r->aps; n++) {
            const int first = count;
            for (int u = 0; u < users; u++) {
                if (r->ap[u] != n)
                    continue;
                int k = count++;
                const double own = r->gain[((size_t)u * r->aps + n) * columns + m];
                for (; k > first && r->gain[((size_t)order[k - 1] * r->aps + n) * columns + m] < own; k--)
                    order[k] = order[k - 1];
                order[k] = u;
            }
        }
    }
}

rival_descent *rival_descent_open(const eswi_ecc_config *config, const eswi_ecc_instance *instance)
{
    const size_t users = (size_t)config->users, aps = (size_t)config->aps,
                 columns = (size_t)config->subchannels;
    const size_t pairs = users * columns;
    const size_t doubles = pairs * (aps + 8) + aps * columns + users * 9 + columns;
    rival_descent *r = calloc(1, sizeof *r + doubles * sizeof(double) + (users + pairs) * sizeof(int));
    if (!r)
        return NULL;
    double *cursor = (double *)(r + 1);
    r->users = config->users;
    r->aps = config->aps;
    r->columns = config->subchannels;
    r->weight_time = config->weight_time;
    r->weight_energy = config->weight_energy;
    r->power_min_w = config->power_min_w[ECC_UP];
    r->ln_range = log(config->power_max_w[ECC_UP] / config->power_min_w[ECC_UP]);
    r->gain = take(&cursor, pairs * aps);
    double **matrix[] = {&r->beta,       &r->beta_gradient, &r->last_beta, &r->last_beta_gradient,
                         &r->efficiency, &r->interference,  &r->pull,      &r->disturbs};
    for (size_t i = 0; i < sizeof matrix / sizeof *matrix; i++)
        *matrix[i] = take(&cursor, pairs);
    double **vector[] = {&r->work, &r->level, &r->level_gradient, &r->last_level,    &r->last_level_gradient,
                         &r->rate, &r->price, &r->power,          &r->power_gradient};
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++)
        *vector[i] = take(&cursor, users);
    r->ap_sum = take(&cursor, aps * columns);
    r->row = take(&cursor, columns);
    r->ap = (int *)cursor;
    r->order = r->ap + users;
    for (size_t i = 0; i < pairs * aps; i++)
        r->gain[i] = (double)instance->gain[ECC_UP][i] / config->noise_w[ECC_UP];
    for (size_t u = 0; u < users; u++) {
        r->ap[u] = instance->ap_of_user[u];
        r->work[u] = config->profiles[instance->profile_of_user[u]].bits[1] / config->subchannel_hz[ECC_UP];
    }
    decoding_order(r);
    rival_descent_reset(r);
    return r;
}

void rival_descent_close(rival_descent *rival)
{
    free(rival);
}

void rival_descent_reset(rival_descent *r)
{
    r->iteration = 0;
    for (int u = 0; u < r->users; u++) {
        r->level[u] = 1.0;
        for (int m = 0; m < r->columns; m++)
            r->beta[(size_t)u * r->columns + m] = 1.0 / r->columns;
    }
}

static double gain_at(const rival_descent *r, int user, int ap, int column)
{
    return r->gain[((size_t)user * r->aps + ap) * r->columns + column];
}

static double evaluate(rival_descent *r)
{
    const int users = r->users, aps = r->aps, columns = r->columns;
    double value = 0.0;

    for (int n = 0; n < aps; n++)
        for (int m = 0; m < columns; m++)
            r->ap_sum[n * columns + m] = 1.0;
    for (int u = 0; u < users; u++) {
        r->power[u] = r->power_min_w * exp(r->level[u] * r->ln_range);
        for (int n = 0; n < aps; n++)
            for (int m = 0; m < columns && n != r->ap[u]; m++)
                r->ap_sum[n * columns + m] += r->beta[u * columns + m] * r->power[u] * gain_at(r, u, n, m);
    }
    memset(r->rate, 0, sizeof *r->rate * (size_t)users);
    for (int m = 0; m < columns; m++) {
        double run = 0.0;
        int ap = -1;
        for (int k = users - 1; k >= 0; k--) {
            const int u = r->order[m * users + k], i = u * columns + m;
            run = r->ap[u] == ap ? run : r->ap_sum[r->ap[u] * columns + m];
            ap = r->ap[u];
            const double signal = r->power[u] * gain_at(r, u, ap, m);
            r->interference[i] = run;
            r->efficiency[i] = log2(1.0 + signal / run);
            r->rate[u] += r->beta[i] * r->efficiency[i];
            run += r->beta[i] * signal;
        }
    }
    memset(r->ap_sum, 0, sizeof *r->ap_sum * (size_t)(aps * columns));
    for (int u = 0; u < users; u++) {
        const double cost = r->work[u] * (r->weight_time + r->weight_energy * r->power[u]) / r->rate[u];
        value += cost;
        r->price[u] = cost / r->rate[u];
        r->power_gradient[u] = r->work[u] * r->weight_energy / r->rate[u];
        for (int m = 0; m < columns; m++) {
            const int i = u * columns + m;
            const double signal = r->power[u] * gain_at(r, u, r->ap[u], m), in = r->interference[i];
            r->pull[i] = r->price[u] * r->beta[i] * signal / (M_LN2 * in * (in + signal));
            r->ap_sum[r->ap[u] * columns + m] += r->pull[i];
        }
    }
    for (int u = 0; u < users; u++) {
        for (int m = 0; m < columns; m++) {
            double sum = 0.0;
            for (int n = 0; n < aps; n++)
                if (n != r->ap[u])
                    sum += r->ap_sum[n * columns + m] * gain_at(r, u, n, m);
            r->disturbs[u * columns + m] = sum;
        }
    }
    for (int m = 0; m < columns; m++) {
        double run = 0.0;
        int ap = -1;
        for (int k = 0; k < users; k++) {
            const int u = r->order[m * users + k], i = u * columns + m;
            run = r->ap[u] == ap ? run : 0.0;
            ap = r->ap[u];
            const double own = gain_at(r, u, ap, m), signal = r->power[u] * own;
            const double disturbs = r->disturbs[i] + own * run;
            r->beta_gradient[i] = r->power[u] * disturbs - r->price[u] * r->efficiency[i];
            r->power_gradient[u] +=
                r->beta[i] * (disturbs - r->price[u] * own / (M_LN2 * (r->interference[i] + signal)));
            run += r->pull[i];
        }
    }
    return value;
}

/* Duchi et al.: the largest k with z_k > (sum of the k largest - 1) / k in descending order. */
static void project(double *z, double *sorted, int count)
{
    for (int i = 0; i < count; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] < z[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = z[i];
    }
    double sum = 0.0, tau = 0.0;
    for (int k = 0; k < count; k++) {
        sum += sorted[k];
        const double level = (sum - 1.0) / (k + 1);
        if (sorted[k] > level)
            tau = level;
    }
    for (int i = 0; i < count; i++)
        z[i] = z[i] > tau ? z[i] - tau : 0.0;
}

double rival_descent_iterate(rival_descent *r)
{
    const int users = r->users, columns = r->columns, pairs = users * columns;
    const double value = evaluate(r);
    double square = 0.0, product = 0.0;

    for (int i = 0; i < pairs; i++) {
        r->beta_gradient[i] /= value;
        const double moved = r->beta[i] - r->last_beta[i];
        square += moved * moved;
        product += moved * (r->beta_gradient[i] - r->last_beta_gradient[i]);
    }
    for (int u = 0; u < users; u++) {
        r->level_gradient[u] = r->power_gradient[u] * r->power[u] * r->ln_range / value;
        const double moved = r->level[u] - r->last_level[u];
        square += moved * moved;
        product += moved * (r->level_gradient[u] - r->last_level_gradient[u]);
    }
    const double alpha = r->iteration++ == 0 ? 1.0 : product > 0.0 ? fmin(square / product, 1e5) : 1e5;
    memcpy(r->last_beta, r->beta, sizeof *r->beta * (size_t)pairs);
    memcpy(r->last_beta_gradient, r->beta_gradient, sizeof *r->beta * (size_t)pairs);
    memcpy(r->last_level, r->level, sizeof *r->level * (size_t)users);
    memcpy(r->last_level_gradient, r->level_gradient, sizeof *r->level * (size_t)users);
    for (int u = 0; u < users; u++) {
        double *row = r->beta + (size_t)u * columns;
        for (int m = 0; m < columns; m++)
            row[m] -= alpha * r->beta_gradient[(size_t)u * columns + m];
        project(row, r->row, columns);
        r->level[u] = fmin(fmax(r->level[u] - alpha * r->level_gradient[u], 0.0), 1.0);
    }
    return value;
}
