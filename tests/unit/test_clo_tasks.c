/* The task sources have the curves they say they have, and a picture without an object loses nothing. */
#include <criterion/criterion.h>

#include <math.h>

#include "clo_cases.h"

enum { THETAS = 9 };

/* Means of the authors' look-up tables, frbinucci/CLOWiOpt @f595638 (MIT): LUTs D0 and D3 of the single-hop network,
 * LUTsDeeperNetwork D0, D1, D2 of the multi-hop one, at these thresholds. */
static const double THETA[THETAS] = {0.1018080808, 0.2026161616, 0.3034242424, 0.4042323232, 0.494959596,
                                     0.5957676768, 0.6965757576, 0.7973838384, 0.8981919192};

typedef struct published {
    const char *model;
    double loss[THETAS], imprecision[THETAS];
} published;

static const published TABLES[] = {
    {"mnv3_minimal",
     {0.1996856634, 0.2233260517, 0.2396022013, 0.253205684, 0.2646893475, 0.277788128, 0.2922526937,
      0.3102467716, 0.3380049938},
     {0.6399454707, 0.5836477665, 0.5451683762, 0.5136554223, 0.4878017649, 0.4587748097, 0.4263758517,
      0.3905337505, 0.3365861346}},
    {"resnet50",
     {0.1149222483, 0.1193291426, 0.1223345199, 0.1248928125, 0.1269743282, 0.1293550078, 0.1319425366,
      0.1351585793, 0.1400652016},
     {0.229051735, 0.2183947264, 0.2126330464, 0.2074689866, 0.2037844697, 0.1994159081, 0.1947909103,
      0.1895520404, 0.1808957053}},
    {"mnv3_large",
     {0.132843929, 0.1386448089, 0.1426671766, 0.1459084027, 0.148776937, 0.1518755704, 0.1553952206,
      0.1596969093, 0.166345121},
     {0.2953679622, 0.2781599768, 0.2679665447, 0.2597316944, 0.253551724, 0.2463764421, 0.2395906334,
      0.230952761, 0.2183860549}},
    {"resnet18.1",
     {0.117644795, 0.1234764812, 0.127542357, 0.1310082917, 0.1339183651, 0.1371117473, 0.1407087354,
      0.1450638723, 0.1518615217},
     {0.2860401372, 0.2695959738, 0.2606503137, 0.2514429393, 0.2450587635, 0.2384458676, 0.2292755881,
      0.2208239265, 0.2073911748}},
    {"resnet18.2",
     {0.123133885, 0.1279582121, 0.1312681298, 0.1340217004, 0.1363202661, 0.1388460926, 0.1416560976,
      0.1452957503, 0.1507146463},
     {0.2344640442, 0.2229423772, 0.2168205382, 0.2116252256, 0.2069185038, 0.2018397984, 0.1968203902,
      0.1902551817, 0.1817057602}},
};

static int model_called(const eswi_clo_config *config, const char *name)
{
    int m = 0;
    while (m < config->problem.tasks.models && strcmp(config->model_name[m], name) != 0)
        m++;
    return m;
}

typedef struct means {
    double loss, imprecision, predicted;
} means;

/* Over the tasks from `first` on. */
static means means_at(const eswi_clo_config *config, int first, int model, double theta)
{
    const eswi_clo_tasks *t = &config->problem.tasks;
    const eswi_clo_threshold at = eswi_clo_threshold_of(theta);
    means sum = {0.0, 0.0, 0.0};
    for (int task = first; task < t->tasks; task++) {
        sum.loss += eswi_clo_loss(t, task, model, at) / (t->tasks - first);
        sum.imprecision += eswi_clo_imprecision(t, task, model, at) / (t->tasks - first);
        sum.predicted += eswi_clo_predicted(t, task, model, at) / (t->tasks - first);
    }
    return sum;
}

/* The fit itself leaves 0.4 % of a loss and 0.7 % of an imprecision; F_hat's own noise is drawn. */
static void follows_the_tables(const char *parameters, int first)
{
    eswi_clo_config *config = clo_config(parameters);
    int models = 0;
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        const int m = model_called(config, TABLES[i].model);
        for (int j = 0; j < THETAS && m < config->problem.tasks.models; j++) {
            const means mean = means_at(config, first, m, THETA[j]);
            cr_assert_lt(fabs(mean.loss / TABLES[i].loss[j] - 1.0), 0.005, "%s, loss at %g: %g",
                         TABLES[i].model, THETA[j], mean.loss);
            cr_assert_lt(fabs(mean.imprecision / TABLES[i].imprecision[j] - 1.0), 0.01, "%s, F at %g: %g",
                         TABLES[i].model, THETA[j], mean.imprecision);
            cr_assert_lt(fabs(mean.predicted / TABLES[i].imprecision[j] - 1.0), 0.02, "%s, F_hat at %g: %g",
                         TABLES[i].model, THETA[j], mean.predicted);
        }
        models += m < config->problem.tasks.models;
    }
    cr_assert_eq(models, config->problem.tasks.models, "%d of %d models have a table", models,
                 config->problem.tasks.models);
    clo_config_free(config);
}

Test(clo_tasks, published_curves_have_the_published_means)
{
    follows_the_tables("{\"tasks\": \"published-curves\"}", 0);
    follows_the_tables("{\"tasks\": \"published-curves\", \"network\": \"multi-hop\"}", 0);
}

Test(clo_tasks, pictures_with_an_object_keep_the_published_means)
{
    follows_the_tables("{\"tasks\": \"published-curves\", \"empty_fraction\": 0.41}", 210);
}

/* The means over the logit-normal generator's own distribution, by quadrature: 512 draws are within four deviations. */
Test(clo_tasks, logit_normal_tasks_are_drawn_from_their_distribution)
{
    static const struct {
        const char *name;
        double m1, s1, g;
    } MODELS[] = {
        {"mnv3_large", 2.45, 1.85, 1.05}, {"resnet18", 2.75, 1.80, 0.98}, {"resnet50", 3.30, 1.75, 0.90}};
    eswi_clo_config *config = clo_config("{\"network\": \"multi-hop\"}");
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        for (double theta = 0.1; theta < 0.95; theta += 0.2) {
            const double x = log(theta / (1.0 - theta)) - (MODELS[i].m1 - 0.95);
            const double spread = hypot(MODELS[i].s1, MODELS[i].g);
            const double expected = 0.5 * erfc(-x / spread / sqrt(2.0));
            const double found = means_at(config, 0, model_called(config, MODELS[i].name), theta).loss;
            cr_assert_lt(fabs(found - expected), 4.0 * sqrt(expected * (1.0 - expected) / 512.0),
                         "%s at %g: %g, %g", MODELS[i].name, theta, found, expected);
        }
    }
    clo_config_free(config);
}

Test(clo_tasks, without_an_object_nothing_is_lost)
{
    static const double THETAS_TRIED[] = {-0.5, 0.0, 0.3, 0.999999, 1.0, 1.5};
    eswi_clo_config *config = clo_config("{\"empty_fraction\": 0.25}");
    const eswi_clo_tasks *t = &config->problem.tasks;
    for (size_t i = 0; i < sizeof THETAS_TRIED / sizeof *THETAS_TRIED; i++) {
        int lossless = 0;
        for (int task = 0; task < t->tasks; task++)
            lossless += eswi_clo_loss(t, task, 0, eswi_clo_threshold_of(THETAS_TRIED[i])) == 0.0;
        cr_assert_eq(lossless, THETAS_TRIED[i] > 0.0 ? 128 : 512, "%d at %g", lossless, THETAS_TRIED[i]);
    }
    clo_config_free(config);
}

/* The power of a link that needs little: 2^x - 1 without the cancellation. */
Test(clo_tasks, small_units_cost_what_they_cost)
{
    for (double bits = 1.0; bits < 1e7; bits *= 3.7) {
        char text[64];
        snprintf(text, sizeof text, "{\"unit_bits\": %.17g}", bits);
        eswi_clo_config *config = clo_config(text);
        const double expected = expm1(bits / 1e6 * log(2.0)) * config->bandwidth_hz * config->noise_w_per_hz;
        cr_assert_lt(fabs(config->problem.power_times_gain_w / expected - 1.0), 4e-15, "%g bits", bits);
        clo_config_free(config);
    }
}
