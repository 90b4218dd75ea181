#include "progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double LINE_EVERY_S = 10.0; /* without a terminal */
static const double BAR_EVERY_S = 0.1;

enum { BAR_WIDTH = 30, NARROW_BAR_WIDTH = 10, NARROW_COLUMNS = 110 };

/* The bar's width: a line that does not fit its terminal could not be drawn over. */
static int bar_width(void)
{
    struct winsize size;
    bool narrow =
        ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_col < NARROW_COLUMNS;
    return narrow ? NARROW_BAR_WIDTH : BAR_WIDTH;
}

void cli_format_duration(double seconds, char *text, size_t size)
{
    uint64_t whole = seconds < 1e9 ? (uint64_t)(seconds + 0.5) : UINT64_C(1000000000);
    if (whole < 60)
        snprintf(text, size, "%" PRIu64 " s", whole);
    else if (whole < 3600)
        snprintf(text, size, "%" PRIu64 " min %" PRIu64 " s", whole / 60, whole % 60);
    else
        snprintf(text, size, "%" PRIu64 " h %" PRIu64 " min", whole / 3600, whole / 60 % 60);
}

void cli_progress_begin(cli_progress *progress)
{
    *progress = (cli_progress){.terminal = isatty(STDERR_FILENO)};
}

void cli_progress_show(void *context, const esw_progress *state)
{
    cli_progress *progress = context;
    const double every_s = progress->terminal ? BAR_EVERY_S : LINE_EVERY_S;
    if (state->elapsed_s - progress->last_shown_s < every_s)
        return;
    progress->last_shown_s = state->elapsed_s;

    char remaining[64], interval[96] = "";
    if (isfinite(state->halfwidth))
        snprintf(interval, sizeof interval, "  %s ± %.2g %%", state->metric, 100.0 * state->halfwidth);
    cli_format_duration(state->remaining_s, remaining, sizeof remaining);
    double share =
        state->scenarios_total ? (double)state->scenarios_done / (double)state->scenarios_total : 1.0;
    if (progress->terminal) {
        char bar[BAR_WIDTH + 1];
        const int width = bar_width();
        for (int i = 0; i < width; i++)
            bar[i] = i < (int)(share * width) ? '#' : '.';
        bar[width] = '\0';
        fprintf(stderr, "\r\033[K[%s] %3.0f %%  point %zu/%zu  %.4g scenarios/s  %s left%s", bar, 100.0 * share,
                state->point + 1, state->points, state->scenarios_per_s, remaining, interval);
        progress->drawn = true;
    } else {
        fprintf(stderr,
                "%3.0f %%: %" PRIu64 " of %" PRIu64 " scenarios, point %zu/%zu, %.4g scenarios/s, %s left%s\n",
                100.0 * share, state->scenarios_done, state->scenarios_total, state->point + 1, state->points,
                state->scenarios_per_s, remaining, interval);
    }
    fflush(stderr);
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
