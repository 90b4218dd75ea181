#include "interrupt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requested;
static const char *notice_text;
static size_t notice_length;

static void request_stop(int signal_number)
{
    (void)signal_number;
    int saved = errno;
    ssize_t written = write(STDERR_FILENO, notice_text, notice_length);
    (void)written; /* nothing can be done about it here */
    errno = saved;
    stop_requested = 1;
}

const volatile sig_atomic_t *cli_catch_interrupts(const char *notice)
{
    /* SA_RESETHAND: whoever does not want to wait sends a second signal. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    notice_text = notice ? notice : "";
    notice_length = strlen(notice_text);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &stop_requested;
}
