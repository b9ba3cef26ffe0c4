#include "mk_stem.h"

#include "mk_isa_common.h"

MK_KERNEL(size_t, mk_stem_scratch_bytes,
    (const mk_conv* conv),
    (conv))
MK_KERNEL(void, mk_stem_gradient_f32,
    (const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))
MK_KERNEL(void, mk_stem_gradient_bf16,
    (const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))
