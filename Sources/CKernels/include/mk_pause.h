// A hint to the processor that the caller spins.
#ifndef MK_PAUSE_H
#define MK_PAUSE_H

static inline void mk_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
