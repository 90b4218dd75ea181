/* Reports: one line each that names kernel, block, thread and source line. */
#include <cstdarg>
#include <cstdio>

#include "engine.h"

#if SIMT_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace simt
{

static const size_t most_reports = 50; /* a broken kernel repeats itself */
static std::vector<std::string> &found =
    *new std::vector<std::string>; /* leaks are reported after destructors */

const std::vector<std::string> &reports()
{
    return found;
}
void clear_reports()
{
    found.clear();
}

static std::string context()
{
    if (!engine.kernel)
        return "host";
    char text[256];
    const uint3 b = current_block.block_index;
    snprintf(text, sizeof text, "kernel %s", engine.kernel);
    std::string result = text;
    if (engine.call) { /* an executor names block and thread itself */
        snprintf(text, sizeof text, ", block (%u,%u,%u)", b.x, b.y, b.z);
        result += text;
    }
    if (current_thread) {
        snprintf(text, sizeof text, ", thread %u", current_thread->linear);
        result += text;
    }
    return result;
}

static void add(const char *file, int line, const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    if (found.size() >= most_reports)
        return;
    std::string where = file ? ", " + std::string(file) + ":" + std::to_string(line) : "";
    found.push_back("simt: " + context() + where + ": " + text);
    if (config.print_reports)
        fprintf(stderr, "%s\n", found.back().c_str());
}

void report(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(file, line, format, arguments);
    va_end(arguments);
    device_lost(cudaErrorLaunchFailure);
}

void remark(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(file, line, format, arguments);
    va_end(arguments);
}

int report_leaks()
{
    const Locked locked;
    return report_memory_leaks() + report_stream_leaks();
}

} // namespace simt

#if SIMT_ASAN
/* The sanitizers call these before their own reports, which know the source line but no CUDA thread. A module cannot
 * take the place of the runtime's functions; there AddressSanitizer hands over its report after it was printed. */
static bool announced;

extern "C" __attribute__((visibility("default"))) void __asan_on_error()
{
    announced = true;
    fprintf(stderr, "simt: %s: AddressSanitizer found:\n", simt::context().c_str());
}

static void after_report(const char *)
{
    if (!announced)
        fprintf(stderr, "simt: %s: AddressSanitizer found this\n", simt::context().c_str());
}

static const bool registered = [] {
    __asan_set_error_report_callback(after_report);
    return true;
}();

extern "C" __attribute__((visibility("default"))) void __ubsan_on_report()
{
    fprintf(stderr, "simt: %s: UndefinedBehaviorSanitizer found:\n", simt::context().c_str());
}
#endif
