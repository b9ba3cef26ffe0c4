// Matrix products, matrix-vector products and small perceptrons on one core.
//
// No kernel here allocates, starts a thread or keeps state; every size may be 0, 1 or odd and no pointer needs an alignment
// beyond that of its element. All sums are kept in f32. Strides count elements. bf16 values are passed as uint16_t.
#ifndef MK_GEMM_H
#define MK_GEMM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MK_ACTIVATION_NONE = 0,
    MK_ACTIVATION_RELU = 1,
    MK_ACTIVATION_SIGMOID = 2,
    MK_ACTIVATION_TANH = 3,
    MK_ACTIVATION_GELU = 4, // the exact one, by erf
    MK_ACTIVATION_SILU = 5
};

/// Bytes of scratch that any product of this size needs, whatever its element type or strides.
size_t mk_gemm_scratch_bytes(long m, long n, long k);

/// The same for products with a packed B.
size_t mk_gemm_packed_scratch_bytes(long m, long k);

/// C = activation(A B + beta C + bias), with A [m, k], B [k, n], C [m, n], bias [n] or NULL, beta 0 or 1.
/// With beta 0, C is not read.
void mk_gemm_f32(long m, long n, long k, const float* a, long a_row_stride, long a_column_stride,
                 const float* b, long b_row_stride, long b_column_stride, int beta, float* c, long c_row_stride,
                 const float* bias, int activation, void* scratch);

/// The same with bf16 A and B; C is bf16 where c_is_bf16 is not 0, f32 otherwise.
void mk_gemm_bf16(long m, long n, long k, const uint16_t* a, long a_row_stride, long a_column_stride,
                  const uint16_t* b, long b_row_stride, long b_column_stride, int beta, void* c, int c_is_bf16,
                  long c_row_stride, const float* bias, int activation, void* scratch);

/// Bytes of a packed B. The layout belongs to the instruction set in use: never store it in a file.
size_t mk_gemm_packed_b_bytes(long n, long k);

/// Packs B once, for many products with mk_gemm_packed_f32.
void mk_gemm_pack_b_f32(long n, long k, const float* b, long b_row_stride, long b_column_stride, void* packed);
void mk_gemm_pack_b_bf16(long n, long k, const uint16_t* b, long b_row_stride, long b_column_stride, void* packed);

/// mk_gemm_f32 with a B packed by mk_gemm_pack_b_f32.
void mk_gemm_packed_f32(long m, long n, long k, const float* a, long a_row_stride, long a_column_stride,
                        const void* packed, int beta, float* c, long c_row_stride, const float* bias, int activation,
                        void* scratch);
void mk_gemm_packed_bf16(long m, long n, long k, const uint16_t* a, long a_row_stride, long a_column_stride,
                         const void* packed, int beta, void* c, int c_is_bf16, long c_row_stride, const float* bias,
                         int activation, void* scratch);

/// y = activation(x W + bias) for one vector x, with W [inputs, outputs] row by row. Nothing is packed.
void mk_gemv_f32(long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y,
                 int activation);

/// The same with W [outputs, inputs] row by row.
void mk_gemv_rows_f32(long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y,
                      int activation);

/// The same two with bf16 weights.
void mk_gemv_bf16(long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias, float* y,
                  int activation);
void mk_gemv_rows_bf16(long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias, float* y,
                       int activation);

/// One layer of a perceptron: weights [inputs, outputs] in f32 (or bf16), bias [outputs] or NULL.
typedef struct {
    const void* weights;
    const float* bias;
    long inputs, outputs;
    int activation;
    int weights_are_bf16;
} mk_mlp_layer;

/// Bytes of scratch for mk_mlp_f32.
size_t mk_mlp_scratch_bytes(const mk_mlp_layer* layers, long count);

/// A whole perceptron for one input vector in one call. x and y may be the same memory.
void mk_mlp_f32(const mk_mlp_layer* layers, long count, const float* x, float* y, float* scratch);

#ifdef __cplusplus
}
#endif
#endif
