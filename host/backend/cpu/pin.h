/* Keeping worker threads on their processors. */
#ifndef ESWI_CPU_PIN_H
#define ESWI_CPU_PIN_H

/* Starts the OpenMP team of `threads` and, when it fills exactly the processors this process may use, binds each thread
 * to one of them. With fewer threads nothing is bound: other processes may share the machine. */
void eswi_cpu_pin_threads(int threads);

#endif
