#include "mk_update.h"
#include "mk_isa_common.h"

MK_KERNEL(void, mk_adam_update,
          (const mk_adam* options, float* w, float* m, float* v, const float* const* g, int partials, uint16_t* w_bf16,
           long begin, long end),
          (options, w, m, v, g, partials, w_bf16, begin, end))
MK_KERNEL(void, mk_sgd_update,
          (const mk_sgd* options, float* w, float* velocity, const float* const* g, int partials, uint16_t* w_bf16,
           long begin, long end),
          (options, w, velocity, g, partials, w_bf16, begin, end))
MK_KERNEL(void, mk_sum_partials, (float* y, const float* const* g, int partials, float scale, long begin, long end),
          (y, g, partials, scale, begin, end))
MK_KERNEL(double, mk_squared_norm, (const float* const* g, int partials, long begin, long end), (g, partials, begin, end))
