#if defined(__linux__)
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#endif
#include "include/mk_processors.h"

#if defined(__linux__)

int mk_allowed_processors(int* numbers, int limit) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int number = 0; number < CPU_SETSIZE; number++)
        if (CPU_ISSET(number, &set)) {
            if (count < limit) numbers[count] = number;
            count++;
        }
    return count;
}

int mk_current_processor(void) { return sched_getcpu(); }

int mk_keep_on_processor(unsigned long thread, int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np((pthread_t)thread, sizeof set, &set);
}

#else

int mk_allowed_processors(int* numbers, int limit) { return 0; }
int mk_current_processor(void) { return -1; }
int mk_keep_on_processor(unsigned long thread, int processor) { return -1; }

#endif
