#include "mk_gemm.h"

#include "mk_isa_common.h"

MK_KERNEL_BF16(size_t, mk_gemm_scratch_bytes,
    (long m, long n, long k),
    (m, n, k))
MK_KERNEL_BF16(size_t, mk_gemm_packed_scratch_bytes,
    (long m, long k),
    (m, k))
MK_KERNEL_BF16(void, mk_gemm_f32,
    (long m, long n, long k, const float* a, long a_row_stride, long a_column_stride, const float* b, long b_row_stride, long b_column_stride, int beta, float* c, long c_row_stride, const float* bias, int activation, void* scratch),
    (m, n, k, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, beta, c, c_row_stride, bias, activation, scratch))
MK_KERNEL_BF16(void, mk_gemm_bf16,
    (long m, long n, long k, const uint16_t* a, long a_row_stride, long a_column_stride, const uint16_t* b, long b_row_stride, long b_column_stride, int beta, void* c, int c_is_bf16, long c_row_stride, const float* bias, int activation, void* scratch),
    (m, n, k, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, beta, c, c_is_bf16, c_row_stride, bias, activation, scratch))
MK_KERNEL_BF16(size_t, mk_gemm_packed_b_bytes,
    (long n, long k),
    (n, k))
MK_KERNEL_BF16(void, mk_gemm_pack_b_f32,
    (long n, long k, const float* b, long b_row_stride, long b_column_stride, void* packed),
    (n, k, b, b_row_stride, b_column_stride, packed))
MK_KERNEL_BF16(void, mk_gemm_pack_b_bf16,
    (long n, long k, const uint16_t* b, long b_row_stride, long b_column_stride, void* packed),
    (n, k, b, b_row_stride, b_column_stride, packed))
MK_KERNEL_BF16(void, mk_gemm_packed_f32,
    (long m, long n, long k, const float* a, long a_row_stride, long a_column_stride, const void* packed, int beta, float* c, long c_row_stride, const float* bias, int activation, void* scratch),
    (m, n, k, a, a_row_stride, a_column_stride, packed, beta, c, c_row_stride, bias, activation, scratch))
MK_KERNEL_BF16(void, mk_gemm_packed_bf16,
    (long m, long n, long k, const uint16_t* a, long a_row_stride, long a_column_stride, const void* packed, int beta, void* c, int c_is_bf16, long c_row_stride, const float* bias, int activation, void* scratch),
    (m, n, k, a, a_row_stride, a_column_stride, packed, beta, c, c_is_bf16, c_row_stride, bias, activation, scratch))
MK_KERNEL_BF16(void, mk_gemv_f32,
    (long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y, int activation),
    (inputs, outputs, weights, x, bias, y, activation))
MK_KERNEL_BF16(void, mk_gemv_rows_f32,
    (long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y, int activation),
    (inputs, outputs, weights, x, bias, y, activation))
MK_KERNEL_BF16(void, mk_gemv_bf16,
    (long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias, float* y, int activation),
    (inputs, outputs, weights, x, bias, y, activation))
MK_KERNEL_BF16(void, mk_gemv_rows_bf16,
    (long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias, float* y, int activation),
    (inputs, outputs, weights, x, bias, y, activation))
MK_KERNEL_BF16(void, mk_mlp_f32,
    (const mk_mlp_layer* layers, long count, const float* x, float* y, float* scratch),
    (layers, count, x, y, scratch))

size_t mk_mlp_scratch_bytes(const mk_mlp_layer* layers, long count) {
    long widest = 0;
    for (long l = 0; l < count; l++)
        if (layers[l].outputs > widest) widest = layers[l].outputs;
    return (size_t)widest * 2 * sizeof(float);
}
