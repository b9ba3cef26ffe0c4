// The vectors that the matrix kernels are written in: MK_LANES floats, by the compiler's vector extension, so that one
// source serves SSE2, AVX2, AVX-512 and NEON. To be included after one of the mk_isa_*.h headers.
#ifndef MK_LANES_H
#define MK_LANES_H

typedef float mk_lanes __attribute__((vector_size(4 * MK_LANES)));
typedef int32_t mk_lanes_int __attribute__((vector_size(4 * MK_LANES)));
typedef uint32_t mk_lanes_uint __attribute__((vector_size(4 * MK_LANES)));
typedef uint16_t mk_lanes_half __attribute__((vector_size(2 * MK_LANES)));
typedef float mk_quad __attribute__((vector_size(16)));

#if MK_AVX512 || defined(__aarch64__)
#define MK_REGISTERS 32
#else
#define MK_REGISTERS 16
#endif

MK_INLINE mk_lanes mk_splat(float value) { return value - (mk_lanes){}; }

MK_INLINE mk_lanes mk_load(const float* p) {
    mk_lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

MK_INLINE void mk_store(float* p, mk_lanes v) { memcpy(p, &v, sizeof v); }

// The first `count` lanes from memory (0 <= count <= MK_LANES), the others 0. Nothing past them is touched.
MK_INLINE mk_lanes mk_load_part(const float* p, long count) {
#if MK_AVX512
    return (mk_lanes)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif MK_AVX2
    const __m256i order = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (mk_lanes)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), order));
#else
    mk_lanes v = {};
    for (long i = 0; i < count; i++) v[i] = p[i];
    return v;
#endif
}

MK_INLINE void mk_store_part(float* p, mk_lanes v, long count) {
#if MK_AVX512
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif MK_AVX2
    const __m256i order = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), order), (__m256)v);
#else
    for (long i = 0; i < count; i++) p[i] = v[i];
#endif
}

MK_INLINE float mk_widen(uint16_t h) {
    uint32_t bits = (uint32_t)h << 16;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

// Round to nearest even; a NaN stays a (quiet) NaN.
MK_INLINE uint16_t mk_narrow(float f) {
    uint32_t bits;
    memcpy(&bits, &f, 4);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)((bits >> 16) | 0x40);
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

MK_INLINE mk_lanes mk_widen_lanes(mk_lanes_half h) {
    return (mk_lanes)(__builtin_convertvector(h, mk_lanes_uint) << 16);
}

MK_INLINE mk_lanes mk_load_bf16(const uint16_t* p) {
    mk_lanes_half h;
    memcpy(&h, p, sizeof h);
    return mk_widen_lanes(h);
}

MK_INLINE mk_lanes mk_load_bf16_part(const uint16_t* p, long count) {
    mk_lanes_half h = {};
#if MK_AVX512
    h = (mk_lanes_half)_mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), p);
#else
    for (long i = 0; i < count; i++) h[i] = p[i];
#endif
    return mk_widen_lanes(h);
}

MK_INLINE mk_lanes_half mk_narrow_lanes(mk_lanes v) {
    mk_lanes_uint bits = (mk_lanes_uint)v;
    mk_lanes_uint rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    mk_lanes_uint quiet = (bits >> 16) | 0x40;
    mk_lanes_uint nan = (mk_lanes_uint)((bits & 0x7fffffff) > 0x7f800000);
    return __builtin_convertvector((nan & quiet) | (~nan & rounded), mk_lanes_half);
}

MK_INLINE void mk_store_bf16(uint16_t* p, mk_lanes v) {
    mk_lanes_half h = mk_narrow_lanes(v);
    memcpy(p, &h, sizeof h);
}

MK_INLINE void mk_store_bf16_part(uint16_t* p, mk_lanes v, long count) {
    mk_lanes_half h = mk_narrow_lanes(v);
#if MK_AVX512
    _mm256_mask_storeu_epi16(p, (__mmask16)((1u << count) - 1), (__m256i)h);
#else
    for (long i = 0; i < count; i++) p[i] = h[i];
#endif
}

// Loads and stores for bodies that are written once for both element types; `half` is a constant at every call.
MK_INLINE const void* mk_at(const void* base, long index, int half) {
    return (const char*)base + index * (half ? 2 : 4);
}

MK_INLINE float mk_value(const void* base, long index, int half) {
    return half ? mk_widen(((const uint16_t*)base)[index]) : ((const float*)base)[index];
}

MK_INLINE void mk_set_value(void* base, long index, float value, int half) {
    if (half) ((uint16_t*)base)[index] = mk_narrow(value);
    else ((float*)base)[index] = value;
}

MK_INLINE mk_lanes mk_read(const void* base, long index, long count, int half) {
    if (half) {
        const uint16_t* p = (const uint16_t*)base + index;
        return count >= MK_LANES ? mk_load_bf16(p) : mk_load_bf16_part(p, count);
    }
    const float* p = (const float*)base + index;
    return count >= MK_LANES ? mk_load(p) : mk_load_part(p, count);
}

MK_INLINE void mk_write(void* base, long index, mk_lanes v, long count, int half) {
    if (half) {
        uint16_t* p = (uint16_t*)base + index;
        if (count >= MK_LANES) mk_store_bf16(p, v);
        else mk_store_bf16_part(p, v, count);
    } else {
        float* p = (float*)base + index;
        if (count >= MK_LANES) mk_store(p, v);
        else mk_store_part(p, v, count);
    }
}

MK_INLINE mk_lanes mk_select(mk_lanes_int mask, mk_lanes yes, mk_lanes no) {
    return (mk_lanes)((mask & (mk_lanes_int)yes) | (~mask & (mk_lanes_int)no));
}

// Where one operand is NaN the second one is returned: mk_larger(0, x) is a ReLU that lets NaN through.
MK_INLINE mk_lanes mk_larger(mk_lanes a, mk_lanes b) { return mk_select(a > b, a, b); }
// The larger of two values, not-a-number where one of them is that.
MK_INLINE mk_lanes mk_larger_or_nan(mk_lanes a, mk_lanes b) { return mk_select((a > b) | (a != a), a, b); }
MK_INLINE mk_lanes mk_smaller(mk_lanes a, mk_lanes b) { return mk_select(a < b, a, b); }

// The order of the additions is fixed: halves onto halves.
MK_INLINE float mk_sum(mk_lanes v) {
#if MK_LANES == 16
    typedef float eight __attribute__((vector_size(32)));
    eight h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
            + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    mk_quad q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#elif MK_LANES == 8
    mk_quad q = __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
    mk_quad q = v;
#endif
    return (q[0] + q[2]) + (q[1] + q[3]);
}

MK_INLINE float mk_largest(mk_lanes v) {
    float best = v[0];
    for (int i = 1; i < MK_LANES; i++) best = v[i] > best ? v[i] : best;
    return best;
}

// e^x within two units in the last place; overflows to infinity, underflows to 0, keeps NaN.
MK_INLINE mk_lanes mk_exp_lanes(mk_lanes x) {
    x = mk_larger(mk_splat(-104.0f), mk_smaller(mk_splat(89.0f), x));
    // Adding 1.5 * 2^23 leaves the rounded integer in the low bits.
    const float magic = 12582912.0f;
    mk_lanes shifted = x * 1.442695041f + magic;
    mk_lanes_int n = (mk_lanes_int)shifted - (mk_lanes_int)mk_splat(magic);
    mk_lanes whole = shifted - magic;
    mk_lanes r = x - whole * 0.693359375f;
    r = r - whole * -2.121944401e-4f;
    mk_lanes p = mk_splat(1.990044382e-4f);
    p = p * r + 1.393454452e-3f;
    p = p * r + 8.333297064e-3f;
    p = p * r + 4.166645678e-2f;
    p = p * r + 1.666666672e-1f;
    p = p * r + 0.5f;
    p = p * (r * r) + r + 1.0f;
    // The power of two in two steps, since 2^128 and 2^-150 have no bit pattern of their own.
    mk_lanes_int half = n >> 1;
    return p * (mk_lanes)((half + 127) << 23) * (mk_lanes)((n - half + 127) << 23);
}

MK_INLINE mk_lanes mk_sigmoid_lanes(mk_lanes x) { return 1.0f / (1.0f + mk_exp_lanes(-x)); }

MK_INLINE mk_lanes mk_magnitude(mk_lanes x) { return (mk_lanes)((mk_lanes_int)x & 0x7fffffff); }

MK_INLINE mk_lanes mk_sign_of(mk_lanes magnitude, mk_lanes sign) {
    return (mk_lanes)((mk_lanes_int)magnitude | ((mk_lanes_int)sign & (int32_t)0x80000000));
}

MK_INLINE mk_lanes mk_tanh_lanes(mk_lanes x) {
    mk_lanes a = mk_magnitude(x), z = x * x;
    mk_lanes large = mk_sign_of(1.0f - 2.0f / (mk_exp_lanes(a + a) + 1.0f), x);
    // Near 0 the difference above loses its digits: a polynomial in x squared.
    mk_lanes p = mk_splat(-6.102286943e-3f);
    p = p * z + 2.100170368e-2f;
    p = p * z + -5.385204750e-2f;
    p = p * z + 1.333277866e-1f;
    p = p * z + -3.333332903e-1f;
    return mk_select(a < 0.625f, x + x * z * p, large);
}

MK_INLINE mk_lanes mk_erf_lanes(mk_lanes x) {
    mk_lanes a = mk_magnitude(x), z = x * x;
    mk_lanes p = mk_splat(7.882493632e-5f);
    p = p * z + -8.018853862e-4f;
    p = p * z + 5.189311801e-3f;
    p = p * z + -2.685432871e-2f;
    p = p * z + 1.128359746e-1f;
    p = p * z + -3.761262690e-1f;
    p = p * z + 1.128379166f;
    // Past 1: erf = 1 - e^(-x x) q(t) with t = 1 / (1 + x / 2); from 4.2 on, 1 is the nearest float.
    mk_lanes c = mk_smaller(mk_splat(4.2f), a);
    mk_lanes t = 1.0f / (1.0f + 0.5f * c);
    mk_lanes q = mk_splat(-5.796336421e-2f);
    q = q * t + -4.376717849e-2f;
    q = q * t + 3.866577521e-1f;
    q = q * t + 1.127484534e-1f;
    q = q * t + 3.265717204e-1f;
    q = q * t + 2.744554661e-1f;
    q = q * t + 5.387505801e-4f;
    mk_lanes large = mk_sign_of(1.0f - mk_exp_lanes(-c * c) * q, x);
    return mk_select(a < 1.0f, x * p, large);
}

MK_INLINE mk_lanes mk_activate(mk_lanes x, int activation) {
    switch (activation) {
    case MK_ACTIVATION_RELU: return mk_larger(mk_splat(0), x);
    case MK_ACTIVATION_SIGMOID: return mk_sigmoid_lanes(x);
    case MK_ACTIVATION_TANH: return mk_tanh_lanes(x);
    case MK_ACTIVATION_GELU: return 0.5f * x * (1.0f + mk_erf_lanes(x * 0.70710678f));
    case MK_ACTIVATION_SILU: return x * mk_sigmoid_lanes(x);
    default: return x;
    }
}

#endif
