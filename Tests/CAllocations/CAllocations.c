#include "CAllocations.h"
#include <stdlib.h>

// A sanitizer stands there itself; other C libraries have no second name for their allocator.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
#include <errno.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Thread_local long count;

void *malloc(size_t bytes) {
    count += 1;
    return __libc_malloc(bytes);
}

void *calloc(size_t items, size_t bytes) {
    count += 1;
    return __libc_calloc(items, bytes);
}

void *realloc(void *block, size_t bytes) {
    count += 1;
    return __libc_realloc(block, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    count += 1;
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void **block, size_t alignment, size_t bytes) {
    void *found = memalign(alignment, bytes);
    if (!found) return ENOMEM;
    *block = found;
    return 0;
}

long c_allocations(void) { return count; }
#else
long c_allocations(void) { return -1; }
#endif
