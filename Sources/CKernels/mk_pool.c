#include "mk_pool.h"
#include "mk_pool_scratch.h"

#include "mk_isa_common.h"

MK_KERNEL(void, mk_max_pool_f32,
    (const mk_pool* pool, const float* x, float* y),
    (pool, x, y))
MK_KERNEL(void, mk_max_pool_bf16,
    (const mk_pool* pool, const uint16_t* x, uint16_t* y),
    (pool, x, y))
MK_KERNEL(void, mk_max_pool_backward_f32,
    (const mk_pool* pool, const float* x, const float* y, const float* dy, float* dx, void* scratch),
    (pool, x, y, dy, dx, scratch))
MK_KERNEL(void, mk_max_pool_backward_bf16,
    (const mk_pool* pool, const uint16_t* x, const uint16_t* y, const uint16_t* dy, uint16_t* dx, void* scratch),
    (pool, x, y, dy, dx, scratch))
MK_KERNEL(void, mk_average_pool_f32,
    (const mk_pool* pool, const float* x, float* y),
    (pool, x, y))
MK_KERNEL(void, mk_average_pool_bf16,
    (const mk_pool* pool, const uint16_t* x, uint16_t* y),
    (pool, x, y))
MK_KERNEL(void, mk_average_pool_backward_f32,
    (const mk_pool* pool, const float* dy, float* dx),
    (pool, dy, dx))
MK_KERNEL(void, mk_average_pool_backward_bf16,
    (const mk_pool* pool, const uint16_t* dy, uint16_t* dx),
    (pool, dy, dx))

long mk_max_pool_backward_scratch(const mk_pool* p) {
    return mk_pool_rows_kept(p) * p->out_width * mk_pool_pitch(p) * 2 + p->width * (long)sizeof(mk_pool_holders);
}
