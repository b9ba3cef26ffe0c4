// What the gradient of a maximum keeps in its scratch: see mk_pool_body.h.
#ifndef MK_POOL_SCRATCH_H
#define MK_POOL_SCRATCH_H

#include "mk_pool.h"

#include <stdint.h>

// The windows that hold one coordinate: first, first + step, …, by their taps tap, tap - tap_step, …
typedef struct {
    int32_t first, count, step, tap, tap_step;
} mk_pool_holders;

// Channels from one window to the next: whole vectors of every instruction set.
static inline long mk_pool_pitch(const mk_pool* p) { return (p->channels + 31) / 32 * 32; }

// Rows of windows that may hold the same pixel, at least one.
static inline long mk_pool_rows_kept(const mk_pool* p) {
    long rows = (p->kernel_height - 1) * p->dilation_height / p->stride_height + 1;
    return rows < p->out_height ? rows : p->out_height > 0 ? p->out_height : 1;
}

#endif
