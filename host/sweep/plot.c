/* Plots as gnuplot scripts. Every text goes into single quotes, where gnuplot knows one special character: the
 * quote itself, written twice. Nothing is read as markup (noenhanced). */
#include "sweep/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { COLUMNS = 5, WIDE = 760, NARROW = 380, HEIGHT = 400 };

/* Okabe and Ito's colours, told apart by people with any colour vision, that also stand out from white and from
 * near black; each with a point and a dash of its own. The dash changes with every round through the colours. */
static const char *const COLOURS[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f"};
static const unsigned POINTS[] = {7, 5, 9, 11, 13, 6, 4, 8};
static const char *const DASHES[] = {"solid",  "(10,5)",        "(3,3)",     "(10,4,3,4)",
                                     "(18,5)", "(6,3,2,3,2,3)", "(14,3,3,3)"};
enum { STYLES = sizeof COLOURS / sizeof COLOURS[0], N_DASHES = sizeof DASHES / sizeof DASHES[0] };

/* Curves are drawn one over the other. So that those that coincide are still all seen, each is thinner than the one below it,
 * has smaller points, and, but for the lowest, gaps in its line. */
static const double THINNEST = 2.0, THICKEST = 5.5, THINNER_MOST = 1.2, SMALLEST_POINT = 0.6,
                    LARGEST_POINT = 1.4, SMALLER_MOST = 0.25;

bool eswi_plot_alloc(eswi_plot *plot, size_t n_x, size_t n_curves, bool distribution)
{
    plot->n_x = n_x;
    plot->distribution = distribution;
    plot->x = calloc(n_x + 1, sizeof *plot->x);
    plot->x_texts = calloc(n_x + 1, sizeof *plot->x_texts);
    plot->curves = calloc(n_curves + 1, sizeof *plot->curves);
    if (!plot->x || !plot->x_texts || !plot->curves)
        return false;
    for (; plot->n_curves < n_curves; ++plot->n_curves) {
        eswi_curve *curve = &plot->curves[plot->n_curves];
        double *values = malloc((COLUMNS * n_x + 1) * sizeof *values);
        if (!values)
            return false;
        for (size_t i = 0; i < COLUMNS * n_x; ++i)
            values[i] = NAN;
        curve->y = values; /* one block for all columns, freed through its first */
        curve->low = values + n_x;
        curve->high = values + 2 * n_x;
        curve->box_low = distribution ? values + 3 * n_x : NULL;
        curve->box_high = distribution ? values + 4 * n_x : NULL;
    }
    return true;
}

void eswi_plot_free(eswi_plot *plot)
{
    for (size_t i = 0; i < plot->n_curves; ++i)
        free(plot->curves[i].y);
    free(plot->curves);
    free(plot->x);
    free(plot->x_texts);
    *plot = (eswi_plot){0};
}

/* ---------------------------------------------------------------- texts and data */

/* A text in single quotes; control characters become blanks. */
static void put_text(eswi_buffer *script, const char *text)
{
    eswi_buffer_put(script, "'", 1);
    for (; *text; ++text) {
        const char c = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
        eswi_buffer_put(script, &c, 1);
        if (c == '\'')
            eswi_buffer_put(script, "'", 1);
    }
    eswi_buffer_put(script, "'", 1);
}

static void put_number(eswi_buffer *script, double value)
{
    char text[ESWI_REAL_TEXT];
    eswi_buffer_printf(script, " %s", isfinite(value) ? eswi_format_real(value, text) : "NaN");
}

/* Where value i of a curve stands: at its x, or beside those of the other curves of its group. */
static double position(const eswi_plot *plot, size_t curve, size_t i)
{
    if (plot->numeric)
        return plot->x[i];
    const double width = 0.8 / (double)plot->n_curves;
    return (double)i + ((double)curve - 0.5 * ((double)plot->n_curves - 1)) * width;
}

/* The data block of a curve: x y low high, and the quartiles of distributions. */
static void put_data(eswi_buffer *script, const eswi_plot *plot, size_t k)
{
    const eswi_curve *curve = &plot->curves[k];
    eswi_buffer_printf(script, "$curve%zu << EOD\n", k);
    for (size_t i = 0; i < plot->n_x; ++i) {
        const double y = curve->y[i];
        put_number(script, position(plot, k, i));
        put_number(script, y);
        put_number(script, isfinite(curve->low[i]) ? curve->low[i] : y);
        put_number(script, isfinite(curve->high[i]) ? curve->high[i] : y);
        if (plot->distribution) {
            put_number(script, isfinite(curve->box_low[i]) ? curve->box_low[i] : y);
            put_number(script, isfinite(curve->box_high[i]) ? curve->box_high[i] : y);
        }
        eswi_buffer_printf(script, "\n");
    }
    eswi_buffer_printf(script, "EOD\n");
}

/* ---------------------------------------------------------------- the script */

static void put_terminal(eswi_buffer *script, eswi_plot_medium medium, const char *output, unsigned columns,
                         unsigned rows)
{
    eswi_buffer_printf(script, "reset session\nset encoding utf8\n");
    if (medium == ESWI_PLOT_TEXT)
        eswi_buffer_printf(script, "set terminal dumb noenhanced size %u,%u\n", columns, rows);
    else
        eswi_buffer_printf(script,
                           "set terminal svg noenhanced size %d,%d dynamic font 'sans-serif,14' "
                           "background '#ffffff'\n",
                           medium == ESWI_PLOT_WIDE ? WIDE : NARROW, HEIGHT);
    if (output) {
        eswi_buffer_printf(script, "set output ");
        put_text(script, output);
        eswi_buffer_printf(script, "\n");
    }
}

/* Whether the texts below the axis are too long to stand side by side. */
static bool crowded(const eswi_plot *plot, eswi_plot_medium medium)
{
    size_t total = 0;
    for (size_t i = 0; i < plot->n_x && !plot->numeric; ++i)
        total += strlen(plot->x_texts[i]) + 2;
    return total > (medium == ESWI_PLOT_NARROW ? 38 : 80);
}

/* The range of the finite values of all curves; false when there are none. */
static bool value_range(const eswi_plot *plot, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t k = 0; k < plot->n_curves; ++k)
        for (size_t i = 0; i < plot->n_x; ++i)
            if (isfinite(plot->curves[k].y[i])) {
                *low = fmin(*low, plot->curves[k].y[i]);
                *high = fmax(*high, plot->curves[k].y[i]);
            }
    return *low <= *high;
}

static void put_axes(eswi_buffer *script, const eswi_plot *plot, eswi_plot_medium medium)
{
    eswi_buffer_printf(script,
                       "set datafile missing 'NaN'\nset border 3\nset key tmargin center horizontal samplen 2\n"
                       "set xtics nomirror out\nset ytics nomirror out\n");
    if (medium != ESWI_PLOT_TEXT)
        eswi_buffer_printf(script, "set grid ytics lt 1 lw 0.6 lc rgb '#d9d9d9'\nset style fill solid 0.85\n");
    eswi_buffer_printf(script, "set xlabel ");
    put_text(script, plot->x_label);
    eswi_buffer_printf(script, "\nset ylabel ");
    put_text(script, plot->y_label);
    eswi_buffer_printf(script, "\n");
    if (plot->numeric) {
        eswi_buffer_printf(script, "set offsets graph 0.03, graph 0.03, graph 0.05, graph 0.05\n");
        return;
    }
    eswi_buffer_printf(script, "set xrange [-0.6:%zu.6]\nset xtics %s(", plot->n_x - 1,
                       crowded(plot, medium) ? "rotate by -30 " : "");
    for (size_t i = 0; i < plot->n_x; ++i) {
        eswi_buffer_printf(script, "%s", i ? ", " : "");
        put_text(script, plot->x_texts[i]);
        eswi_buffer_printf(script, " %zu", i);
    }
    eswi_buffer_printf(script, ")\n");
    if (!plot->distribution) { /* bars stand on 0, or hang from it */
        double low, high;
        value_range(plot, &low, &high);
        eswi_buffer_printf(script, "set yrange [%s:%s]\n", low < 0 ? "*" : "0", high > 0 ? "*" : "0");
    }
}

/* Of the bars of a group, and of the boxes of a distribution. */
static double bar_width(const eswi_plot *plot)
{
    return 0.68 / (double)plot->n_curves;
}

/* From the lowest curve down to the last in equal steps of at most `step_most`. */
static double layered(const eswi_plot *plot, size_t k, double least, double most, double step_most)
{
    const double above = (double)(plot->n_curves - 1 - k);
    const double step = plot->n_curves > 1 ? (most - least) / (double)(plot->n_curves - 1) : 0;
    return least + above * (step < step_most ? step : step_most);
}

/* From the lowest to the highest value of all curves. */
static double height(const eswi_plot *plot)
{
    double low, high;
    return value_range(plot, &low, &high) ? high - low : 0;
}

/* The first curve whose characters those of curve k would cover in a terminal of `rows` lines; k if there is none. */
static size_t covered(const eswi_plot *plot, size_t k, unsigned rows)
{
    const double line = height(plot) / (rows + 1.0);
    size_t other = 0;
    for (; other < k; ++other) {
        size_t same = 0, drawn = 0;
        for (; same < plot->n_x; ++same) {
            const double a = plot->curves[k].y[same], b = plot->curves[other].y[same];
            if (isfinite(a) != isfinite(b) || (isfinite(a) && fabs(a - b) > 0.5 * line))
                break;
            drawn += isfinite(a);
        }
        if (same == plot->n_x && drawn > 0)
            break;
    }
    return other;
}

/* In a terminal a curve that covers another says so in its label. */
static void put_label(eswi_buffer *script, const eswi_plot *plot, eswi_plot_medium medium, size_t k,
                      unsigned rows)
{
    const size_t below = medium == ESWI_PLOT_TEXT ? covered(plot, k, rows) : k;
    char *text =
        below < k ? eswi_format("%s (over %s)", plot->curves[k].label, plot->curves[below].label) : NULL;
    put_text(script, text ? text : plot->curves[k].label);
    script->failed |= below < k && !text;
    free(text);
}

/* How a curve is drawn. */
static void put_curve(eswi_buffer *script, const eswi_plot *plot, eswi_plot_medium medium, size_t k,
                      unsigned rows)
{
    const char *colour = COLOURS[k % STYLES];
    eswi_buffer_printf(script, "%s$curve%zu ", k ? ", \\\n     " : "plot ", k);
    if (medium == ESWI_PLOT_TEXT)
        eswi_buffer_printf(script, "using 1:2 with linespoints title ");
    else if (plot->distribution)
        eswi_buffer_printf(
            script, "using 1:5:3:4:6 with candlesticks whiskerbars 0.5 lw 1.5 lc rgb '%s' title ", colour);
    else if (plot->numeric)
        eswi_buffer_printf(
            script, "using 1:2:3:4 with yerrorlines lw %.3g dt %s pt %u ps %.3g lc rgb '%s' title ",
            layered(plot, k, THINNEST, THICKEST, THINNER_MOST), DASHES[k % N_DASHES], POINTS[k % STYLES],
            layered(plot, k, SMALLEST_POINT, LARGEST_POINT, SMALLER_MOST), colour);
    else
        eswi_buffer_printf(script, "using 1:2:3:4:(%.4g) with boxerrorbars lw 1.2 lc rgb '%s' title ",
                           bar_width(plot), colour);
    put_label(script, plot, medium, k, rows);
    if (plot->distribution && medium != ESWI_PLOT_TEXT) /* the median as a bar across the box */
        eswi_buffer_printf(script,
                           ", \\\n     $curve%zu using 1:2:2:2:2 with candlesticks lw 2.5 lc rgb '#000000' "
                           "notitle",
                           k);
}

/* gnuplot gives up on a plot without a value: an empty frame that says why it is empty. */
static void put_nothing(eswi_buffer *script)
{
    eswi_buffer_printf(script, "set xrange [0:1]\nset yrange [0:1]\nunset xtics\nunset ytics\n"
                               "set label 1 'no finite value yet' at graph 0.5, graph 0.5 center\n"
                               "plot NaN notitle\nunset output\n");
}

void eswi_plot_script(const eswi_plot *plot, eswi_plot_medium medium, const char *output, unsigned columns,
                      unsigned rows, eswi_buffer *script)
{
    put_terminal(script, medium, output, columns, rows);
    put_axes(script, plot, medium);
    double low, high;
    if (!value_range(plot, &low, &high)) {
        put_nothing(script);
        return;
    }
    if (plot->distribution)
        eswi_buffer_printf(script, "set boxwidth %.4g\n", bar_width(plot));
    for (size_t k = 0; k < plot->n_curves; ++k)
        put_data(script, plot, k);
    for (size_t k = 0; k < plot->n_curves; ++k)
        put_curve(script, plot, medium, k, rows);
    eswi_buffer_printf(script, "\nunset output\n");
}
