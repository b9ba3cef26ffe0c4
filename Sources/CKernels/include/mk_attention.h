// Scaled dot-product attention without the matrix of scores: softmax(scale q k' + mask) v, tile by tile with a running maximum
// and sum (Dao et al. 2022, "FlashAttention"; Milakov and Gimelshein 2018 for the running softmax).
//
// Every operand is given by strides in elements, with the width lying together, so that [batch, time, heads, width] and
// [batch, heads, time, width] both serve without a transposition. A stride of 0 in k or v shares it (forward only).
// No kernel allocates or starts a thread; work is cut by pairs of batch and head.
#ifndef MK_ATTENTION_H
#define MK_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    long batch, head, time;
} mk_attention_strides;

typedef struct {
    long batch, heads, queries, keys, width, value_width;
    float scale;
    int causal;                  ///< Not 0: query i sees the keys up to i + causal_offset.
    long causal_offset;          ///< 0 for training; the number of earlier keys where queries follow cached ones.
    mk_attention_strides q, k, v, out; ///< Gradients lie as the values they belong to.
    const float* mask;           ///< Added to the scaled scores; minus infinity hides a key. NULL: none.
    long mask_batch, mask_head, mask_query, mask_key; ///< 0 repeats the mask along that axis.
} mk_attention;

size_t mk_attention_forward_scratch_bytes(const mk_attention* a);

/// Computes the pairs first ..< last of the batch * heads pairs (pair = batch index * heads + head). log_sum [batch, heads,
/// queries] receives the logarithm of each row's sum of exponentials for the backward pass; NULL if not wanted. A query that
/// sees no key gets 0 and minus infinity.
void mk_attention_forward_f32(const mk_attention* a, const float* q, const float* k, const float* v, float* out, float* log_sum,
                              long first, long last, void* scratch);
void mk_attention_forward_bf16(const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v, uint16_t* out,
                               float* log_sum, long first, long last, void* scratch);

/// Grows with queries * width for one pair, whatever the number of keys.
size_t mk_attention_backward_scratch_bytes(const mk_attention* a);

/// dq, dk and dv, overwritten for the pairs first ..< last.
void mk_attention_backward_f32(const mk_attention* a, const float* q, const float* k, const float* v, const float* out,
                               const float* log_sum, const float* dout, float* dq, float* dk, float* dv, long first, long last,
                               void* scratch);
void mk_attention_backward_bf16(const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v,
                                const uint16_t* out, const float* log_sum, const uint16_t* dout, uint16_t* dq, uint16_t* dk,
                                uint16_t* dv, long first, long last, void* scratch);

#ifdef __cplusplus
}
#endif
#endif
