// What a thread does while it spins for some microseconds.
#ifndef MK_PAUSE_H
#define MK_PAUSE_H

/// Not the processor's own pause instruction on x86-64: hypervisors take a loop of those for a waiting virtual processor
/// and take the core away, which costs several microseconds at every hand-over of work.
static inline void mk_pause(void) {
#if defined(__aarch64__)
    __asm__ volatile("yield");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

#endif
