// Optimizer passes, compiled once per instruction set (see mk_isa_common.h). Each visits memory once.
#include "mk_update.h"
#include "mk_vector.h"

MK_INLINE vf get(const float* p, long some) { return some >= MK_LANES ? mkv_load(p) : mkv_load_some(p, some); }
MK_INLINE void put(float* p, vf v, long some) {
    if (some >= MK_LANES) mkv_store(p, v);
    else mkv_store_some(p, v, some);
}
MK_INLINE void put_bf16(uint16_t* p, vf v, long some) {
    if (some >= MK_LANES) mkv_store_bf16(p, v);
    else mkv_store_bf16_some(p, v, some);
}
MK_INLINE vf gradient(const float* const* g, int partials, long i, long some) {
    if (partials <= 0) return mkv_splat(0.f);
    vf sum = get(g[0] + i, some);
    for (int p = 1; p < partials; p++) sum += get(g[p] + i, some);
    return sum;
}

// Visits i = begin, begin + MK_LANES, …; `some` is how many lanes count.
#define EACH(...)                                                        \
    do {                                                                 \
        long i = begin;                                                  \
        for (; i + MK_LANES <= end; i += MK_LANES) {                     \
            const long some = MK_LANES;                                  \
            __VA_ARGS__;                                                 \
        }                                                                \
        if (i < end) {                                                   \
            const long some = end - i;                                   \
            __VA_ARGS__;                                                 \
        }                                                                \
    } while (0)

void MK_NAME(mk_adam_update)(const mk_adam* options, float* w, float* m, float* v, const float* const* g, int partials,
                             uint16_t* w_bf16, long begin, long end) {
    const mk_adam o = *options;
    vf beta1 = mkv_splat(o.beta1), beta2 = mkv_splat(o.beta2), rest1 = mkv_splat(1.f - o.beta1);
    vf rest2 = mkv_splat(1.f - o.beta2), epsilon = mkv_splat(o.epsilon);
    float step = o.rate / o.correction1, root = 1.f / sqrtf(o.correction2);
    float coupled = o.decoupled ? 0.f : o.decay, shrink = o.decoupled ? 1.f - o.rate * o.decay : 1.f;
    EACH({
        vf weight = get(w + i, some);
        vf slope = mkv_fma(weight, mkv_splat(coupled), gradient(g, partials, i, some) * o.gradient_scale);
        vf first = mkv_fma(beta1, get(m + i, some), rest1 * slope);
        vf second = mkv_fma(beta2, get(v + i, some), rest2 * slope * slope);
        put(m + i, first, some);
        put(v + i, second, some);
        weight = weight * shrink - step * first / mkv_fma(mkv_sqrt(second), mkv_splat(root), epsilon);
        put(w + i, weight, some);
        if (w_bf16) put_bf16(w_bf16 + i, weight, some);
    });
}

void MK_NAME(mk_sgd_update)(const mk_sgd* options, float* w, float* velocity, const float* const* g, int partials,
                            uint16_t* w_bf16, long begin, long end) {
    const mk_sgd o = *options;
    EACH({
        vf weight = get(w + i, some);
        vf slope = mkv_fma(weight, mkv_splat(o.decay), gradient(g, partials, i, some) * o.gradient_scale);
        if (velocity) {
            vf u = mkv_fma(get(velocity + i, some), mkv_splat(o.momentum), slope * (1.f - o.dampening));
            put(velocity + i, u, some);
            slope = o.nesterov ? mkv_fma(u, mkv_splat(o.momentum), slope) : u;
        }
        weight = mkv_fma(slope, mkv_splat(-o.rate), weight);
        put(w + i, weight, some);
        if (w_bf16) put_bf16(w_bf16 + i, weight, some);
    });
}

void MK_NAME(mk_sum_partials)(float* y, const float* const* g, int partials, float scale, long begin, long end) {
    EACH(put(y + i, gradient(g, partials, i, some) * scale, some));
}

double MK_NAME(mk_squared_norm)(const float* const* g, int partials, long begin, long end) {
    double total = 0;
    // Pieces short enough for f32 sums meet in double precision.
    long last = end;
    for (; begin < last; begin += 4096) {
        vf sum = {0};
        end = last - begin < 4096 ? last : begin + 4096;
        EACH({
            vf x = gradient(g, partials, i, some);
            sum = mkv_fma(x, x, sum);
        });
        total += mkv_sum(sum);
    }
    return total;
}
