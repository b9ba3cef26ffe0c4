// Which processors a thread may run on. Elsewhere than on Linux nothing is known and nothing is done.
#ifndef MK_PROCESSORS_H
#define MK_PROCESSORS_H

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the numbers of the processors that this thread may run on, `limit` at most, and returns how many there are.
int mk_allowed_processors(int* numbers, int limit);

/// The processor that this thread runs on now, or -1.
int mk_current_processor(void);

/// Keeps a thread (a pthread_t) on one processor. Returns 0, or an error number.
int mk_keep_on_processor(unsigned long thread, int processor);

#ifdef __cplusplus
}
#endif
#endif
