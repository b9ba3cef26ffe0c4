// Recurrent layers over whole sequences: LSTM (gates i, f, g, o), GRU (r, z, n, with its own hidden bias for n) and the plain
// RNN with tanh or ReLU; gate orders and formulas are those of PyTorch. f32 throughout.
//
// No kernel allocates or starts a thread. A batch may be cut into shards by calling with fewer sequences and shifted pointers.
#ifndef MK_RECURRENT_H
#define MK_RECURRENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MK_RECURRENT_TANH = 0, MK_RECURRENT_RELU = 1, MK_RECURRENT_LSTM = 2, MK_RECURRENT_GRU = 3 };

/// What is computed. Strides count floats; the values of one step of one sequence lie together. With [time, batch, inputs]
/// x_time_stride is batch * inputs and x_batch_stride is inputs; with [batch, time, inputs] they are inputs and time * inputs.
/// The y strides serve y and its gradient, the x strides x and its gradient.
typedef struct {
    int kind;
    int reverse;            ///< Not 0: each sequence is read from its last valid step to its first.
    long steps, batch, inputs, hidden;
    long x_time_stride, x_batch_stride;
    long y_time_stride, y_batch_stride;
    const int32_t* lengths; ///< [batch], or NULL: all have `steps`. Past its length a sequence keeps its state and y is 0.
} mk_recurrent;

/// 1 for the plain RNN, 4 for LSTM, 3 for GRU.
long mk_recurrent_gates(int kind);

/// Bytes of the packed weights. They depend on kind, inputs and hidden only, and on the instruction set in use.
size_t mk_recurrent_packed_bytes(const mk_recurrent* r);

/// Packs w_ih [gates * hidden, inputs], w_hh [gates * hidden, hidden], b_ih and b_hh [gates * hidden] (or NULL) for the forward
/// pass.
void mk_recurrent_pack_f32(const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* b_ih, const float* b_hh,
                           void* packed);

/// Floats of what the forward pass saves for the backward pass. Three blocks follow one another, with steps counted in the
/// order of computation (so step 0 is the last one in time when `reverse` is set):
///   gates  [steps, batch, gates * hidden]   activated: i f g o, or r z n; not there for the plain RNN, whose state says it all
///   hidden [steps + 1, batch, hidden]       the state before step 0, after step 0, ...
///   extra  [steps + 1, batch, hidden]       LSTM: the cell alike; GRU: W_hn h + b_hn of each step; plain RNN: not there
long mk_recurrent_saved_floats(const mk_recurrent* r);

/// Bytes of scratch for the forward pass, with or without saving.
size_t mk_recurrent_forward_scratch_bytes(const mk_recurrent* r);

/// Runs the layer. h0, c0 [batch, hidden] or NULL for 0; hn, cn [batch, hidden] or NULL if not wanted (the c only for LSTM);
/// y may be NULL if only the last state matters; saved is NULL for inference.
void mk_recurrent_forward_f32(const mk_recurrent* r, const void* packed, const float* x, const float* h0, const float* c0,
                              float* y, float* hn, float* cn, float* saved, void* scratch);

/// Bytes of scratch for the backward pass.
size_t mk_recurrent_backward_scratch_bytes(const mk_recurrent* r);

/// The gradients. dy (strides of y) may be NULL, as may dhn and dcn: then they count as 0. dx, dh0 and dc0 may be NULL if not
/// wanted; they are overwritten. dw_ih, dw_hh, db_ih, db_hh (shaped as the weights, any of them NULL if not wanted) are
/// overwritten, or added to where accumulate is not 0.
void mk_recurrent_backward_f32(const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* x, const float* saved,
                               const float* dy, const float* dhn, const float* dcn, float* dx, float* dw_ih, float* dw_hh,
                               float* db_ih, float* db_hh, float* dh0, float* dc0, int accumulate, void* scratch);

#ifdef __cplusplus
}
#endif
#endif
