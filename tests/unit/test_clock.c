/* The clocks that timings rest on. */
#include <criterion/criterion.h>

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

static atomic_bool finished;

/* All threads of the test share one processor. */
static void pin(void)
{
    cpu_set_t mine, one;
    CPU_ZERO(&one);
    cr_assert_eq(sched_getaffinity(0, sizeof mine, &mine), 0);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &mine))
            CPU_SET(cpu, &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
}

static void *compete(void *unused)
{
    while (!finished)
        ;
    return unused;
}

static double thread_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A thread that always wants to run either does or stands in line, whatever else the machine has to do. */
Test(clock, what_is_not_spent_standing_in_line_is_what_the_thread_took)
{
    pthread_t rivals[2];
    pin();
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&rivals[i], NULL, compete, NULL), 0);
    const double begun_s = eswi_clock_s(), took_s = thread_s(), queued_s = eswi_clock_queued_s();
    while (eswi_clock_s() < begun_s + 0.5)
        ;
    const double wall_s = eswi_clock_s() - begun_s, took = thread_s() - took_s,
                 queued = eswi_clock_queued_s() - queued_s;
    finished = true;
    for (int i = 0; i < 2; i++)
        pthread_join(rivals[i], NULL);
    if (eswi_clock_queued_s() == 0.0) {
        printf("left out: this system does not say how long threads stand in line\n");
        return;
    }
    cr_assert_gt(queued, 0.2 * wall_s);
    cr_assert_lt(fabs(wall_s - queued - took), 0.1 * wall_s, "%g s: %g s in line, %g s of work", wall_s, queued,
                 took);
}
