// Fused passes of the optimizers over elements `begin ..< end` of flat f32 buffers.
//
// The gradient comes as `partials` buffers g[0], g[1], …, which are added in this order for each element; the sum is
// multiplied by `gradient_scale` (1 for none; a mean over shards, or clipping).
#ifndef MK_UPDATE_H
#define MK_UPDATE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    float rate, beta1, beta2, epsilon;
    float decay;           // weight decay, see `decoupled`
    float correction1;     // 1 - beta1^step
    float correction2;     // 1 - beta2^step
    float gradient_scale;
    int decoupled;         // 1: AdamW, w -= rate decay w; 0: Adam with L2, g += decay w
} mk_adam;

/// m = β₁m + (1 - β₁)g, v = β₂v + (1 - β₂)g², w -= rate (m / correction1) / (√(v / correction2) + ε).
/// `w_bf16`, if not null, receives the new weights rounded to bfloat16.
void mk_adam_update(const mk_adam* options, float* w, float* m, float* v, const float* const* g, int partials,
                    uint16_t* w_bf16, long begin, long end);

typedef struct {
    float rate, momentum;
    float dampening;       // the velocity takes (1 - dampening) g
    float decay;           // L2: g += decay w
    float gradient_scale;
    int nesterov;
} mk_sgd;

/// u = momentum u + (1 - dampening) g, w -= rate (nesterov ? g + momentum u : u). `velocity` may be null: w -= rate g.
void mk_sgd_update(const mk_sgd* options, float* w, float* velocity, const float* const* g, int partials,
                   uint16_t* w_bf16, long begin, long end);

/// y[i] = Σ g[p][i] in order, times scale. y may be one of the g. Without partials y becomes 0.
void mk_sum_partials(float* y, const float* const* g, int partials, float scale, long begin, long end);

/// The sum of squares of (Σ g[p][i]) over the range, in double precision, for clipping by the global norm.
double mk_squared_norm(const float* const* g, int partials, long begin, long end);

#ifdef __cplusplus
}
#endif
#endif
